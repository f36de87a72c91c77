import { S3Error } from './s3-error.ts';

export interface Unchunked {
  readonly bytes: Buffer;
  /** Names in lower case. */
  readonly trailers: Readonly<Record<string, string>>;
}

/**
 * Undoes the `aws-chunked` coding: chunks of `<hex length>[;chunk-signature=…]\r\n<bytes>\r\n`, closed by one of length 0,
 * then trailers. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 *
 * Throws S3Error IncompleteBody.
 */
export function unchunk(body: Buffer): Unchunked {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at);
    const size = end === -1 ? undefined : /^([0-9a-f]+)(;|$)/i.exec(body.toString('latin1', at, end))?.[1];
    if (size === undefined) throw incomplete();
    const length = Number.parseInt(size, 16);
    const start = end + 2;
    if (length === 0) return { bytes: join(parts), trailers: readTrailers(body.toString('utf8', start)) };
    at = start + length + 2;
    if (at > body.length || body.toString('latin1', at - 2, at) !== '\r\n') throw incomplete();
    parts.push(body.subarray(start, start + length));
  }
}

function join(parts: readonly Buffer[]): Buffer {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

function readTrailers(text: string): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return trailers;
}

export function incomplete(): S3Error {
  return new S3Error(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}
