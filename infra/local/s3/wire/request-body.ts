import { createHash } from 'node:crypto';
import type { HttpRequest } from '../../http/http.ts';
import { incomplete, unchunk } from './aws-chunked.ts';
import {
  CHECKSUM_ALGORITHMS,
  CHECKSUM_BYTES,
  type ChecksumAlgorithm,
  checksumOf,
  parseAlgorithm,
} from './checksum.ts';
import { notImplementedHeader, S3Error, tooLarge, wrongChecksum } from './s3-error.ts';

/** Of an object that is put in one piece, and of a part of one that is not. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** A body as the client meant it. */
export interface ReceivedBody {
  readonly bytes: Buffer;
  /** What the client sent along, verified; in base64. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | null;
}

/**
 * Undoes `aws-chunked`, and checks what the client says of its bytes: length, MD5, SHA-256 of the payload, checksums in
 * headers or trailers. Signatures are not checked: there is nobody to keep out of one's own machine.
 *
 * `md5Coding` is how an answer repeats an MD5 that does not hold: S3 does it differently for objects and for parts.
 * Throws S3Error.
 */
export function receiveBody(request: HttpRequest, md5Coding: 'hex' | 'base64' = 'hex'): ReceivedBody {
  const { bytes, trailers } = readBody(request, md5Coding);
  return { bytes, checksum: checkChecksum({ ...request.headers, ...trailers }, bytes) };
}

/** As `receiveBody`, for operations whose checksum headers speak of something else than their bodies. */
export function readBody(
  { headers, body }: HttpRequest,
  md5Coding: 'hex' | 'base64' = 'hex',
): { readonly bytes: Buffer; readonly trailers: Readonly<Record<string, string>> } {
  const payload = headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD';
  const declared = headers['x-amz-decoded-content-length'];
  const isChunked = payload.startsWith('STREAMING-') || declared !== undefined;
  if (!isChunked && !/^(UNSIGNED-PAYLOAD|[0-9a-f]{64})$/.test(payload)) {
    throw new S3Error(
      'InvalidArgument',
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
      { ArgumentName: 'x-amz-content-sha256', ArgumentValue: payload },
    );
  }
  if (isChunked && !/^\d+$/.test(declared ?? '')) {
    throw missingLength();
  }
  const proposed = isChunked ? Number(declared) : body.length;
  if (proposed > MAX_BODY_BYTES) {
    throw tooLarge(proposed, MAX_BODY_BYTES);
  }
  const { bytes, trailers } = isChunked ? unchunk(body) : { bytes: body, trailers: {} };
  if (bytes.length !== proposed) throw incomplete();
  // The Java SDK announces trailers where there are none; S3 expects them only where the payload's own name says so.
  const hasTrailers = isChunked && (payload.endsWith('-TRAILER') || !payload.startsWith('STREAMING-'));
  if (hasTrailers) checkTrailers(headers, trailers);
  if (!isChunked) checkPayload(payload, bytes);
  checkMd5(headers['content-md5'] ?? null, bytes, md5Coding);
  return { bytes, trailers: hasTrailers ? trailers : {} };
}

/**
 * A body's length must be said; HTTP's own chunks may only carry `aws-chunked` ones, which say it in another header.
 * Throws S3Error MissingContentLength, NotImplemented.
 */
export function checkLength({ headers, body }: HttpRequest): void {
  if (headers['x-amz-decoded-content-length'] !== undefined) return;
  if (headers['transfer-encoding'] !== undefined) {
    throw notImplementedHeader('Transfer-Encoding');
  }
  if (headers['content-length'] === undefined && body.length === 0) throw missingLength();
}

function missingLength(): S3Error {
  return new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
}

function checkTrailers(headers: HttpRequest['headers'], trailers: Readonly<Record<string, string>>): void {
  const announced = (headers['x-amz-trailer'] ?? '').split(',').map((name) => name.trim().toLowerCase());
  if (announced.some((name) => name !== '' && trailers[name] === undefined)) {
    throw new S3Error(
      'MalformedTrailerError',
      'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    );
  }
}

function checkPayload(expected: string, bytes: Buffer): void {
  if (expected === 'UNSIGNED-PAYLOAD') return;
  const computed = createHash('sha256').update(bytes).digest('hex');
  if (computed === expected) return;
  throw new S3Error(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { ClientComputedContentSHA256: expected, S3ComputedContentSHA256: computed },
  );
}

function checkMd5(expected: string | null, bytes: Buffer, coding: 'hex' | 'base64'): void {
  if (expected === null) return;
  if (!isBase64(expected, 16)) {
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.', {
      'Content-MD5': expected,
    });
  }
  const computed = createHash('md5').update(bytes).digest('base64');
  if (computed === expected) return;
  throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
    ExpectedDigest: Buffer.from(expected, 'base64').toString(coding),
    CalculatedDigest: computed,
  });
}

/** A checksum that the API has and this service does not, such as XXHash: refused, never just dropped. */
function isOtherChecksum(header: string): boolean {
  const [, name = 'type'] = /^x-amz-checksum-(.+)$/.exec(header) ?? [];
  return !['algorithm', 'mode', 'type'].includes(name) && parseAlgorithm(name) === null;
}

function checkChecksum(headers: HttpRequest['headers'], bytes: Buffer): ReceivedBody['checksum'] {
  const given = CHECKSUM_ALGORITHMS.filter((name) => headers[`x-amz-checksum-${name}`] !== undefined);
  const [algorithm] = given;
  const named = headers['x-amz-sdk-checksum-algorithm'];
  if (named !== undefined && parseAlgorithm(named) === null) throw unsupportedAlgorithm();
  const others = Object.keys(headers).filter(isOtherChecksum);
  if (others.length > 0 && algorithm === undefined) throw unsupportedAlgorithm();
  if (algorithm === undefined) {
    if (named === undefined || headers['x-amz-trailer'] !== undefined) return null;
    throw new S3Error(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (given.length + others.length > 1) {
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  const header = `x-amz-checksum-${algorithm}`;
  const value = headers[header] ?? '';
  if (!isBase64(value, CHECKSUM_BYTES[algorithm])) {
    throw new S3Error('InvalidRequest', `Value for ${header} header is invalid.`);
  }
  if (named !== undefined && parseAlgorithm(named) !== algorithm) {
    throw new S3Error('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
  if (checksumOf(algorithm, bytes) !== value) {
    throw wrongChecksum(algorithm.toUpperCase());
  }
  return { algorithm, value };
}

export function unsupportedAlgorithm(): S3Error {
  return new S3Error(
    'InvalidRequest',
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
}

function isBase64(text: string, byteLength: number): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === byteLength && bytes.toString('base64') === text;
}
