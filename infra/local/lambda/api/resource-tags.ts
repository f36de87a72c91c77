import { textMap } from '../../aws-json/collection-members.ts';
import type { HttpRequest, HttpResponse } from '../../http/http.ts';
import type { Tags } from '../event-source-mappings.ts';
import { functionReference } from '../functions/function-reference.ts';
import { invalidParameterValue } from '../lambda-error.ts';
import { Constraints } from './constraints.ts';
import { bodyOf } from './json-text.ts';
import type { LambdaContext } from './lambda-context.ts';
import { json, NO_CONTENT } from './rest-route.ts';

const MOST_TAGS = 50;

/** What carries tags: a function, or an event source mapping, by its ARN. */
interface Tagged {
  tags(): Promise<Tags>;
  set(tags: Tags): Promise<void>;
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html */
export async function listTags(context: LambdaContext, arn: string): Promise<HttpResponse> {
  return json(200, { Tags: await tagged(context, arn).tags() });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html */
export async function tagResource(
  context: LambdaContext,
  request: HttpRequest,
  arn: string,
): Promise<HttpResponse> {
  const constraints = new Constraints(bodyOf(request));
  const given = constraints.required('Tags', tagsIn(constraints));
  constraints.check();
  const resource = tagged(context, arn);
  const tags = { ...(await resource.tags()), ...given };
  refuseTooMany(tags);
  await resource.set(tags);
  return NO_CONTENT;
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html */
export async function untagResource(
  context: LambdaContext,
  request: HttpRequest,
  arn: string,
): Promise<HttpResponse> {
  const keys = request.query.getAll('tagKeys');
  const constraints = new Constraints({ TagKeys: keys.length === 0 ? undefined : keys });
  constraints.required('TagKeys', keys);
  constraints.check();
  const resource = tagged(context, arn);
  const left = Object.entries(await resource.tags()).filter(([key]) => !keys.includes(key));
  await resource.set(Object.fromEntries(left));
  return NO_CONTENT;
}

/** The `Tags` of a request. Throws LambdaError InvalidParameterValueException for more than 50, or one of AWS's own. */
export function tagsIn(constraints: Constraints): Tags | undefined {
  const tags = constraints.read('Tags', textMap({ keyLengths: [1, 128], valueLengths: [0, 256] }));
  if (tags !== undefined) refuseTooMany(tags);
  return tags;
}

function refuseTooMany(tags: Tags): void {
  const keys = Object.keys(tags);
  if (keys.length > MOST_TAGS) {
    throw invalidParameterValue(`Expected at most ${MOST_TAGS} tags on a resource, got ${keys.length}.`);
  }
  const own = keys.find((key) => key.toLowerCase().startsWith('aws:'));
  if (own !== undefined)
    throw invalidParameterValue(`Tag keys that begin with aws: are AWS's own, got ${own}.`);
}

/** Throws LambdaError ResourceNotFoundException, InvalidParameterValueException. */
function tagged({ pool, created, mappings }: LambdaContext, arn: string): Tagged {
  const [, , service, , , kind, id = ''] = arn.split(':');
  if (service === 'lambda' && kind === 'event-source-mapping') {
    return { tags: () => mappings.tags(id), set: (tags) => mappings.setTags(id, tags) };
  }
  if (service !== 'lambda' || kind !== 'function') {
    throw invalidParameterValue(
      `Expected the ARN of a function or an event source mapping, got ${arn.slice(0, 200)}`,
    );
  }
  const { name, qualifier } = functionReference(pool.account, arn);
  if (qualifier !== null) {
    throw invalidParameterValue(
      'Tags on function aliases and versions are not supported. Please specify either a function name or an unqualified function ARN.',
    );
  }
  return {
    tags: async () => pool.tags(name),
    set: async (tags) => {
      pool.setTags(name, tags);
      created.keepWhatPoolHas(name);
    },
  };
}
