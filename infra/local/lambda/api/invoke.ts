import type { HttpRequest, HttpResponse } from '../../http/http.ts';
import { EVENT_LIMIT_BYTES } from '../event-limit.ts';
import { functionArn, functionReference } from '../functions/function-reference.ts';
import { LambdaError, requestTooLarge } from '../lambda-error.ts';
import { Constraints } from './constraints.ts';
import { parsedJson } from './json-text.ts';
import type { LambdaContext } from './lambda-context.ts';
import { json, NO_CONTENT } from './rest-route.ts';

/** Lambda's limit for an asynchronous event, in bytes. */
const ASYNC_EVENT_LIMIT_BYTES = 1_048_576;

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export async function invoke(
  { pool, queue }: LambdaContext,
  request: HttpRequest,
  functionName: string,
): Promise<HttpResponse> {
  const constraints = new Constraints({
    InvocationType: request.headers['x-amz-invocation-type'],
    LogType: request.headers['x-amz-log-type'],
  });
  const type =
    constraints.oneOf('InvocationType', ['Event', 'RequestResponse', 'DryRun']) ?? 'RequestResponse';
  const logType = constraints.oneOf('LogType', ['None', 'Tail']) ?? 'None';
  constraints.check();
  // Invoke alone names the version it looked for.
  const reference = functionReference(pool.account, functionName, request.query.get('Qualifier') ?? null);
  const qualified = { name: reference.name, qualifier: reference.qualifier ?? '$LATEST' };
  const definition = pool.find(qualified);
  checkSize(request.body, type);
  const payload = eventIn(request);
  const call = {
    functionName: functionArn(pool.account, reference),
    payload,
    requestId: request.requestId,
    invokedFunctionArn: functionArn(pool.account, reference),
    ...clientContextOf(request),
  };
  if (type === 'DryRun') return NO_CONTENT;
  if (type === 'Event') {
    queue.add(call);
    return { status: 202, headers: {}, body: '' };
  }
  const { outcome, logTail } = await pool.run(call);
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amz-executed-version': definition.version,
      ...(outcome.kind === 'function-error' ? { 'x-amz-function-error': outcome.functionError } : {}),
      ...(logType === 'Tail' ? { 'x-amz-log-result': Buffer.from(logTail()).toString('base64') } : {}),
    },
    body: outcome.payload,
  };
}

/** The API of before 2015, which some clients still call. https://docs.aws.amazon.com/lambda/latest/api/API_InvokeAsync.html */
export function invokeAsync(
  { pool, queue }: LambdaContext,
  request: HttpRequest,
  functionName: string,
): HttpResponse {
  const definition = pool.find(functionName);
  checkSize(request.body, 'Event');
  const payload = eventIn(request);
  queue.add({ functionName: definition.name, payload, requestId: request.requestId });
  return json(202, { Status: 202 });
}

/** The event as text, seen to be JSON. No body is an empty event. Throws LambdaError InvalidRequestContentException. */
function eventIn({ body }: HttpRequest): string {
  if (body.length === 0) return '{}';
  parsedJson(body, 'Could not parse payload into json: ');
  return body.toString();
}

function checkSize(body: Buffer, type: 'Event' | 'RequestResponse' | 'DryRun'): void {
  const limit = type === 'Event' ? ASYNC_EVENT_LIMIT_BYTES : EVENT_LIMIT_BYTES;
  if (body.length <= limit) return;
  if (type !== 'Event') throw requestTooLarge(limit);
  throw new LambdaError(
    'RequestTooLargeException',
    413,
    `${body.length} byte payload is too large for the Event invocation type (limit ${limit} bytes)`,
    { Type: 'User' },
  );
}

/** Base64 of a JSON object, 3,583 bytes at most. */
function clientContextOf(request: HttpRequest): { readonly clientContext?: string } {
  const encoded = request.headers['x-amz-client-context'];
  if (encoded === undefined || encoded === '') return {};
  const clientContext = Buffer.from(encoded, 'base64').toString();
  try {
    if (encoded.length > 3_583) throw new RangeError('too long');
    JSON.parse(clientContext);
  } catch {
    throw new LambdaError(
      'InvalidRequestContentException',
      400,
      'Client context must be a valid Base64-encoded JSON object.',
      { Type: 'User' },
    );
  }
  return { clientContext };
}
