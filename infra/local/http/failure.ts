import { AwsError, errorBody } from '../aws-json/aws-error.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import type { ServiceName } from './service-name.ts';
import { errorXml } from './xml-text.ts';

/** S3's codes for what is answered in its name, and their statuses. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export const S3_STATUS = { EntityTooLarge: 400, InternalError: 500, ServiceUnavailable: 503 } as const;

/** S3's sentence for a body above its limit. */
export const S3_TOO_LARGE = 'Your proposed upload exceeds the maximum allowed size';

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
    return {
      status: S3_STATUS[code],
      headers: { 'content-type': 'application/xml' },
      body: errorXml({ code, message }, requestId, Buffer.from(requestId).toString('base64')),
    };
  }
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type },
    body: JSON.stringify({ __type: type, ...errorBody(new AwsError(type, status, message), NONE) }),
  };
}
