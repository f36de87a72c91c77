import { logGroupOf } from '../../../../lib/core/invocation-log.ts';
import { checkLength, Violations } from '../../aws-json/violations.ts';
import type { HttpRequest, HttpResponse } from '../../http/http.ts';
import { functionReference } from '../functions/function-reference.ts';
import type { FunctionSettings } from '../functions/function-store.ts';
import { invalidParameterValue, LambdaError, validationFailure } from '../lambda-error.ts';
import { Constraints } from './constraints.ts';
import { describeFunction, listedFunction } from './describe-functions.ts';
import {
  DESCRIPTION,
  functionSettingsIn,
  noImages,
  packageIn,
  refuseForeign,
  refuseSettings,
} from './function-settings.ts';
import { bodyOf } from './json-text.ts';
import type { LambdaContext } from './lambda-context.ts';
import { paged } from './list-page.ts';
import { tagsIn } from './resource-tags.ts';
import { json, NO_CONTENT } from './rest-route.ts';

const DEFAULTS = {
  description: '',
  timeoutSeconds: 3,
  memoryMb: 128,
  environment: {},
  loggingFormat: 'Text' as const,
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export async function createFunction(context: LambdaContext, request: HttpRequest): Promise<HttpResponse> {
  const body = bodyOf(request);
  const constraints = new Constraints(body);
  const named = constraints.required('FunctionName', constraints.text('FunctionName')) ?? '';
  const given = functionSettingsIn(constraints);
  constraints.required('Role', given.role);
  const tags = tagsIn(constraints) ?? {};
  constraints.required('Code', body.Code);
  const packageType = constraints.oneOf('PackageType', ['Zip', 'Image']);
  constraints.check();
  // Before the runtime and the handler are asked for: an image has none.
  if (packageType === 'Image') throw noImages();
  const { runtime, handler, role = '' } = given;
  if (runtime === undefined || handler === undefined) {
    throw invalidParameterValue(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    );
  }
  refuseForeign(body);
  refuseSettings(given);
  const { name } = functionReference(context.pool.account, named);
  refuseLong(name);
  const settings: FunctionSettings = {
    ...DEFAULTS,
    logGroupName: logGroupOf(name),
    ...given,
    runtime,
    handler,
    role,
  };
  context.created.create(name, settings, packageIn(codeOf(body), context.readObject), tags);
  const version = body.Publish === true ? context.created.publish(name, null) : null;
  const made = await describeFunction(context, { name, qualifier: version });
  return json(201, {
    ...made,
    State: 'Pending',
    StateReason: 'The function is being created.',
    StateReasonCode: 'Creating',
  });
}

/** Of a name alone, without an ARN around it. Throws LambdaError ValidationException. */
function refuseLong(name: string): void {
  const violations = new Violations();
  checkLength(name.length, { max: 64 }, (constraint) =>
    violations.add(`'${name}'`, 'functionName', constraint),
  );
  if (violations.message !== null) throw validationFailure(violations.message);
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html */
export async function updateFunctionCode(
  context: LambdaContext,
  request: HttpRequest,
  named: string,
): Promise<HttpResponse> {
  const body = bodyOf(request);
  const name = await existing(context, named, body);
  const zip = packageIn(body, context.readObject);
  if (body.DryRun === true) return json(200, await describeFunction(context, { name, qualifier: null }));
  context.created.updateCode(name, zip);
  const version = body.Publish === true ? context.created.publish(name, null) : null;
  return json(200, await describeFunction(context, { name, qualifier: version }));
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html */
export async function updateFunctionConfiguration(
  context: LambdaContext,
  request: HttpRequest,
  named: string,
): Promise<HttpResponse> {
  const body = bodyOf(request);
  const constraints = new Constraints(body);
  const changed = functionSettingsIn(constraints);
  constraints.check();
  refuseForeign(body);
  refuseSettings(changed);
  const name = await existing(context, named, body);
  context.created.updateSettings(name, changed);
  return json(200, await describeFunction(context, { name, qualifier: null }));
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html */
export function deleteFunction(context: LambdaContext, request: HttpRequest, named: string): HttpResponse {
  const reference = functionReference(context.pool.account, named, request.query.get('Qualifier'));
  if (reference.qualifier === '$LATEST') {
    throw invalidParameterValue('$LATEST version cannot be deleted without deleting the function.');
  }
  context.pool.find(reference);
  context.created.remove(reference.name, reference.qualifier);
  return NO_CONTENT;
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html */
export async function publishVersion(
  context: LambdaContext,
  request: HttpRequest,
  named: string,
): Promise<HttpResponse> {
  const body = bodyOf(request);
  const constraints = new Constraints(body);
  const description = constraints.text('Description', DESCRIPTION) ?? null;
  constraints.check();
  const name = await existing(context, named, body);
  const version = context.created.publish(name, description);
  return json(201, await describeFunction(context, { name, qualifier: version }));
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html */
export async function listVersions(
  context: LambdaContext,
  request: HttpRequest,
  named: string,
): Promise<HttpResponse> {
  const { name } = functionReference(context.pool.account, named);
  const versions = ['$LATEST', ...context.created.versions(name)];
  const page = paged(versions, (version) => version, request.query.get('Marker'));
  const Versions = [];
  for (const qualifier of page.items) Versions.push(await listedFunction(context, { name, qualifier }));
  return json(200, { Versions, ...page.marker });
}

/** The name of a function that may be changed. Throws LambdaError PreconditionFailedException, ResourceNotFoundException. */
async function existing(
  context: LambdaContext,
  named: string,
  { RevisionId: revision }: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { name } = functionReference(context.pool.account, named);
  const { RevisionId } = await describeFunction(context, { name, qualifier: null });
  if (revision === undefined || revision === null || revision === RevisionId) return name;
  throw new LambdaError(
    'PreconditionFailedException',
    412,
    'The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest RevisionId',
    { Type: 'User' },
  );
}

function codeOf({ Code }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object(Code);
}
