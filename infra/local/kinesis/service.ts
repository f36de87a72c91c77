import { errorBody } from '../aws-json/aws-error.ts';
import type { HttpRequest, HttpResponse, HttpService } from '../http/http.ts';
import { requestRegion } from '../http/region.ts';
import { cborFromJson } from './cbor.ts';
import { answerWith, openEnvelope, refusal, speaksCbor } from './envelope.ts';
import { EventStream, encodeEvent } from './event-stream.ts';
import { KinesisError } from './kinesis-error.ts';
import { isOperation, OPERATIONS } from './operations/operation-table.ts';
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
      const answer = OPERATIONS[call.operation](call.body, streams.in(region));
      if (answer instanceof EventStream) return eventAnswer(request, answer);
      if (answer === null) return answerWith(request, '');
      return answerWith(request, typeof answer === 'string' ? answer : JSON.stringify(answer));
    } catch (error) {
      if (!(error instanceof KinesisError)) throw error;
      return refusal(request, { __type: error.type, ...errorBody(error, CAPITALISED) }, error.status);
    }
  };
}

/** In the protocol that the request came in, message by message. */
function eventAnswer(request: HttpRequest, { open }: EventStream): HttpResponse {
  const isCbor = speaksCbor(request);
  const contentType = isCbor ? 'application/x-amz-cbor-1.1' : 'application/x-amz-json-1.1';
  async function* stream(signal: AbortSignal): AsyncGenerator<Buffer> {
    for await (const event of open(signal)) {
      yield encodeEvent(event, isCbor ? cborFromJson(event.json) : Buffer.from(event.json), contentType);
    }
  }
  return {
    status: 200,
    headers: { 'x-amzn-requestid': request.requestId, 'content-type': 'application/vnd.amazon.eventstream' },
    body: '',
    stream,
  };
}
