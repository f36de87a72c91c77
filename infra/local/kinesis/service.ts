import type { HttpRequest, HttpResponse, HttpService } from '../http/http.ts';
import { openEnvelope, refusal, success } from './envelope.ts';
import { KinesisError } from './kinesis-error.ts';
import { isOperation, operations } from './operations/operation-table.ts';
import type { Streams } from './streams.ts';

/**
 * Kinesis over its JSON 1.1 protocol: `POST /` with `X-Amz-Target: Kinesis_20131202.<operation>`
 * (https://docs.aws.amazon.com/kinesis/latest/APIReference/Welcome.html).
 */
export function createKinesisService(options: { readonly streams: Streams }): HttpService {
  return (request: HttpRequest): HttpResponse => {
    const call = openEnvelope(request, isOperation);
    if ('status' in call) return call;
    if (!isOperation(call.operation)) return refusal(request, { __type: 'UnknownOperationException' });
    try {
      const answer = operations[call.operation](call.body, options.streams);
      if (answer === undefined) return success(request, '');
      return success(request, typeof answer === 'string' ? answer : JSON.stringify(answer));
    } catch (error) {
      if (!(error instanceof KinesisError)) throw error;
      return refusal(request, errorBody(error), error.status);
    }
  };
}

/** The service's own spelling: a body that cannot be read has its `Message` with a capital letter. */
function errorBody(error: KinesisError): object {
  if (error.message === '') return { __type: error.type };
  return error.type === 'SerializationException'
    ? { __type: error.type, Message: error.message }
    : { __type: error.type, message: error.message };
}
