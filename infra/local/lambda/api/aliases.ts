import type { HttpRequest, HttpResponse } from '../../http/http.ts';
import { functionArn, functionReference } from '../functions/function-reference.ts';
import type { StoredAlias } from '../functions/function-store.ts';
import { invalidParameterValue, resourceConflict } from '../lambda-error.ts';
import { Constraints } from './constraints.ts';
import { DESCRIPTION, hasContent } from './function-settings.ts';
import { bodyOf } from './json-text.ts';
import type { LambdaContext } from './lambda-context.ts';
import { paged } from './list-page.ts';
import { json, NO_CONTENT } from './rest-route.ts';

const NAME = { min: 1, max: 128, pattern: '(?!^[0-9]+$)([a-zA-Z0-9-_]+)' };
const VERSION = { min: 1, max: 1024, pattern: '(\\$LATEST(\\.PUBLISHED)?|[0-9]+)' };

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html */
export function createAlias(context: LambdaContext, request: HttpRequest, named: string): HttpResponse {
  const body = bodyOf(request);
  const constraints = new Constraints(body);
  const name = constraints.required('Name', constraints.text('Name', NAME)) ?? '';
  const version = constraints.required('FunctionVersion', constraints.text('FunctionVersion', VERSION)) ?? '';
  const description = constraints.text('Description', DESCRIPTION) ?? '';
  constraints.check();
  refuseRouting(body);
  const { name: owner } = functionReference(context.pool.account, named);
  if (context.created.aliases(owner).some((each) => each.name === name)) {
    const arn = functionArn(context.pool.account, { name: owner, qualifier: name });
    throw resourceConflict(`Alias already exists: ${arn}`);
  }
  context.created.setAlias(owner, { name, version, description });
  return json(201, shown(context, owner, { name, version, description }));
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html */
export function updateAlias(
  context: LambdaContext,
  request: HttpRequest,
  named: string,
  alias: string,
): HttpResponse {
  const body = bodyOf(request);
  const constraints = new Constraints(body);
  const version = constraints.text('FunctionVersion', VERSION);
  const description = constraints.text('Description', DESCRIPTION);
  constraints.check();
  refuseRouting(body);
  const { name: owner } = functionReference(context.pool.account, named);
  const before = context.created.alias(owner, alias);
  const changed = {
    name: alias,
    version: version ?? before.version,
    description: description ?? before.description,
  };
  context.created.setAlias(owner, changed);
  return json(200, shown(context, owner, changed));
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html */
export function getAlias(context: LambdaContext, named: string, alias: string): HttpResponse {
  const { name: owner } = functionReference(context.pool.account, named);
  return json(200, shown(context, owner, context.created.alias(owner, alias)));
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html */
export function listAliases(context: LambdaContext, request: HttpRequest, named: string): HttpResponse {
  const { name: owner } = functionReference(context.pool.account, named);
  const page = paged(context.created.aliases(owner), ({ name }) => name, request.query.get('Marker'));
  return json(200, { Aliases: page.items.map((alias) => shown(context, owner, alias)), ...page.marker });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html */
export function deleteAlias(context: LambdaContext, named: string, alias: string): HttpResponse {
  const { name: owner } = functionReference(context.pool.account, named);
  context.created.removeAlias(owner, alias);
  return NO_CONTENT;
}

/** An alias here is one version: invocations are not shared out. Throws LambdaError InvalidParameterValueException. */
function refuseRouting({ RoutingConfig }: Readonly<Record<string, unknown>>): void {
  if (!hasContent(Object(RoutingConfig).AdditionalVersionWeights)) return;
  throw invalidParameterValue('The local runtime has no RoutingConfig for an alias.');
}

function shown({ pool }: LambdaContext, owner: string, { name, version, description }: StoredAlias): object {
  return {
    AliasArn: functionArn(pool.account, { name: owner, qualifier: name }),
    Name: name,
    FunctionVersion: version,
    Description: description,
  };
}
