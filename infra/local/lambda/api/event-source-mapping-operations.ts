import type { HttpRequest, HttpResponse } from '../../http/http.ts';
import type { FunctionPool } from '../functions/function-pool.ts';
import { functionArn, functionReference } from '../functions/function-reference.ts';
import { invalidParameterValue, LambdaError, missingStartingPosition } from '../lambda-error.ts';
import { Constraints } from './constraints.ts';
import { bodyOf } from './json-text.ts';
import type { LambdaContext } from './lambda-context.ts';
import { numberIn, paged } from './list-page.ts';
import { refuseForeign, settingsIn } from './mapping-settings.ts';
import { tagsIn } from './resource-tags.ts';
import { json } from './rest-route.ts';

const ARN_PATTERN =
  'arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)';

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export async function createEventSourceMapping(
  { pool, mappings }: LambdaContext,
  request: HttpRequest,
): Promise<HttpResponse> {
  const body = bodyOf(request);
  const constraints = new Constraints(body);
  const settings = settingsIn(constraints);
  const functionName = constraints.required('FunctionName', constraints.text('FunctionName'));
  const EventSourceArn = constraints.text('EventSourceArn', { pattern: ARN_PATTERN });
  const StartingPosition = constraints.oneOf('StartingPosition', ['LATEST', 'AT_TIMESTAMP', 'TRIM_HORIZON']);
  const StartingPositionTimestamp = constraints.timestamp('StartingPositionTimestamp');
  const Tags = tagsIn(constraints);
  constraints.check();
  refuseForeign(body);
  if (EventSourceArn === undefined) throw invalidParameterValue('Unrecognized event source.');
  if (StartingPosition === undefined) throw missingStartingPosition();
  const FunctionArn = existingFunction(pool, functionName ?? '');
  const created = await mappings.create({
    ...settings,
    FunctionArn,
    EventSourceArn,
    StartingPosition,
    ...(StartingPositionTimestamp === undefined ? {} : { StartingPositionTimestamp }),
    ...(Tags === undefined ? {} : { Tags }),
  });
  return json(202, created);
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html */
export async function updateEventSourceMapping(
  { pool, mappings }: LambdaContext,
  request: HttpRequest,
  uuid: string,
): Promise<HttpResponse> {
  const body = bodyOf(request);
  const constraints = new Constraints(body);
  const settings = settingsIn(constraints);
  const functionName = constraints.text('FunctionName');
  constraints.check();
  refuseForeign(body);
  await mappings.get(uuid);
  const changed = functionName === undefined ? {} : { FunctionArn: existingFunction(pool, functionName) };
  return json(202, await mappings.update(uuid, { ...settings, ...changed }));
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html */
export async function listEventSourceMappings(
  { pool, mappings }: LambdaContext,
  request: HttpRequest,
): Promise<HttpResponse> {
  const constraints = new Constraints({ MaxItems: numberIn(request, 'MaxItems') });
  const maxItems = constraints.integer('MaxItems', 1, 10_000);
  constraints.check();
  const source = request.query.get('EventSourceArn');
  const functionName = request.query.get('FunctionName');
  const arn =
    functionName === null ? null : functionArn(pool.account, functionReference(pool.account, functionName));
  const wanted = (await mappings.list()).filter(
    (mapping) =>
      (source === null || mapping.EventSourceArn === source) && (arn === null || mapping.FunctionArn === arn),
  );
  const page = paged(wanted, ({ UUID }) => UUID, request.query.get('Marker'), maxItems ?? 100);
  return json(200, { EventSourceMappings: page.items, ...page.marker });
}

/** The ARN as the caller qualified it. Throws LambdaError InvalidParameterValueException when there is no such function. */
function existingFunction(pool: FunctionPool, functionName: string): string {
  const arn = functionArn(pool.account, functionReference(pool.account, functionName));
  try {
    pool.find(arn);
  } catch (error) {
    if (error instanceof LambdaError && error.status === 404) {
      throw invalidParameterValue('Function does not exist');
    }
    throw error;
  }
  return arn;
}
