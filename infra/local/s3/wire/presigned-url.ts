import { S3Error } from './s3-error.ts';

const WEEK_SECONDS = 604_800;
const PARAMETERS = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
];

/**
 * A presigned URL is good for as long as it says; its signature is not checked. Both ways of signing are known: the newer by
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html, and the older `Expires=<epoch seconds>`.
 *
 * Throws S3Error AccessDenied when it has expired, AuthorizationQueryParametersError when it cannot be read.
 */
export function checkPresigned(query: URLSearchParams, nowMs: number): void {
  const expires = query.get('Expires');
  if (expires !== null && query.has('Signature')) refuseAfter(Number(expires) * 1000, nowMs);
  if (!query.has('X-Amz-Signature')) return;
  if (!PARAMETERS.every((name) => query.has(name))) {
    throw unreadable(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  }
  const seconds = query.get('X-Amz-Expires') ?? '';
  if (!/^\d+$/.test(seconds)) throw unreadable('X-Amz-Expires should be a number');
  if (Number(seconds) > WEEK_SECONDS) {
    throw unreadable(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
  if (match === null)
    throw unreadable("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  const [, year, month, day, hour, minute, second] = match;
  const signedMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  refuseAfter(signedMs + Number(seconds) * 1000, nowMs, { 'X-Amz-Expires': seconds });
}

const SIGNING = new Set([
  ...PARAMETERS.map((name) => name.toLowerCase()),
  'x-amz-signature',
  'x-amz-security-token',
]);

/** Headers that the signer put into the URL, for a client that can only send a URL. Those that are sent outweigh them. */
export function headersInUrl(query: URLSearchParams): Record<string, string> {
  if (!query.has('X-Amz-Signature') && !query.has('Signature')) return {};
  // As they would come in headers: UTF-8, a character for each byte.
  const named = [...query].map(([name, value]): [string, string] => [
    name.toLowerCase(),
    Buffer.from(value).toString('latin1'),
  ]);
  return Object.fromEntries(
    named.filter(
      ([name]) => /^(x-amz-[!#$%&'*+.^`|~\w-]*|if-match|if-none-match)$/.test(name) && !SIGNING.has(name),
    ),
  );
}

function refuseAfter(expiryMs: number, nowMs: number, more: Readonly<Record<string, string>> = {}): void {
  if (nowMs < expiryMs) return;
  const details = Number.isNaN(expiryMs) ? {} : { Expires: new Date(expiryMs).toISOString() };
  throw new S3Error('AccessDenied', 'Request has expired', {
    ...more,
    ...details,
    ServerTime: new Date(nowMs).toISOString(),
  });
}

function unreadable(message: string): S3Error {
  return new S3Error('AuthorizationQueryParametersError', message);
}
