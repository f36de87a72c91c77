import { AwsError, errorBody } from '../aws-json/aws-error.ts';
import { S3Error } from '../s3/wire/s3-error.ts';
import { errorXml } from '../s3/wire/xml.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import type { ServiceName } from './service-name.ts';

/** What keeps every service from answering, whichever it is: by S3's code, and by the JSON protocols' type and status. */
const FAILURES = {
  internal: { code: 'InternalError', type: 'InternalFailure', status: 500 },
  tooLarge: { code: 'EntityTooLarge', type: 'RequestEntityTooLargeException', status: 413 },
  unavailable: { code: 'ServiceUnavailable', type: 'ServiceUnavailable', status: 503 },
} as const;

const NONE: ReadonlySet<string> = new Set();

/** The answer of a service that cannot answer itself, in the words of its protocol. */
export function failureAnswer(
  service: ServiceName,
  failure: keyof typeof FAILURES,
  message: string,
  { requestId }: Pick<HttpRequest, 'requestId'>,
): HttpResponse {
  const { code, type, status } = FAILURES[failure];
  if (service === 's3') {
    const error = new S3Error(code, message);
    return {
      status: error.status,
      headers: { 'content-type': 'application/xml' },
      body: errorXml(error, requestId, Buffer.from(requestId).toString('base64')),
    };
  }
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type },
    body: JSON.stringify({ __type: type, ...errorBody(new AwsError(type, status, message), NONE) }),
  };
}
