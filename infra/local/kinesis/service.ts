import { errorBody } from '../aws-json/aws-error.ts';
import type { HttpRequest, HttpResponse, HttpService } from '../http/http.ts';
import { requestRegion } from '../http/region.ts';
import { answerWith, openEnvelope, refusal } from './envelope.ts';
import { KinesisError } from './kinesis-error.ts';
import { isOperation, operations } from './operations/operation-table.ts';
import type { RegionalStreams } from './regional-streams.ts';

/** A body that cannot be read has its `Message` with a capital letter. */
const CAPITALISED: ReadonlySet<string> = new Set(['SerializationException']);

/**
 * Kinesis over its JSON 1.1 protocol: `POST /` with `X-Amz-Target: Kinesis_20131202.<operation>`
 * (https://docs.aws.amazon.com/kinesis/latest/APIReference/Welcome.html).
 */
export function createKinesisService({ streams }: { readonly streams: RegionalStreams }): HttpService {
  return (request: HttpRequest): HttpResponse => {
    const call = openEnvelope(request, isOperation);
    if ('status' in call) return call;
    if (!isOperation(call.operation)) return refusal(request, { __type: 'UnknownOperationException' });
    try {
      const region = requestRegion(request, streams.home.region);
      const answer = operations[call.operation](call.body, streams.in(region));
      if (answer === undefined) return answerWith(request, '');
      return answerWith(request, typeof answer === 'string' ? answer : JSON.stringify(answer));
    } catch (error) {
      if (!(error instanceof KinesisError)) throw error;
      return refusal(request, { __type: error.type, ...errorBody(error, CAPITALISED) }, error.status);
    }
  };
}
