import { createHash } from 'node:crypto';
import zlib from 'node:zlib';
import type { HttpRequest } from '../http.ts';
import { S3Error } from './s3-error.ts';

export const MAX_OBJECT_BYTES = 16 * 1024 * 1024;

/** A body as the client meant it, and the checksum header that goes with the object. */
export interface ReceivedBody {
  readonly bytes: Buffer;
  readonly checksums: Readonly<Record<string, string>>;
}

/**
 * Undoes `aws-chunked`, and checks what the client says of its bytes: length, MD5, SHA-256 of the payload, checksums in
 * headers or trailers. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function receiveBody(request: HttpRequest, limit: number = MAX_OBJECT_BYTES): ReceivedBody {
  const { headers } = request;
  const payload = headers['x-amz-content-sha256'] ?? '';
  const isChunked =
    payload.startsWith('STREAMING-') || /\baws-chunked\b/.test(headers['content-encoding'] ?? '');
  const { bytes, trailers } = isChunked ? unchunk(request.body) : { bytes: request.body, trailers: {} };
  const declared = headers['x-amz-decoded-content-length'];
  if (isChunked && declared !== undefined && Number(declared) !== bytes.length) {
    throw new S3Error('IncompleteBody', 'The request body terminated unexpectedly');
  }
  if (bytes.length > limit) {
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      ProposedSize: String(bytes.length),
      MaxSizeAllowed: String(limit),
    });
  }
  if (/^[0-9a-f]{64}$/.test(payload) && !isChunked) {
    const computed = createHash('sha256').update(bytes).digest('hex');
    if (computed !== payload) {
      throw new S3Error(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        { ClientComputedContentSHA256: payload, S3ComputedContentSHA256: computed },
      );
    }
  }
  checkMd5(headers['content-md5'], bytes);
  return { bytes, checksums: checkChecksums({ ...headers, ...trailers }, bytes) };
}

/** Chunks of `<hex length>[;chunk-signature=…]\r\n<bytes>\r\n`, closed by one of length 0 and trailers. */
function unchunk(body: Buffer): { bytes: Buffer; trailers: Record<string, string> } {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at);
    const length = end === -1 ? Number.NaN : Number.parseInt(body.toString('latin1', at, end), 16);
    if (Number.isNaN(length) || (length > 0 && end + 2 + length > body.length)) {
      throw new S3Error('IncompleteBody', 'The request body terminated unexpectedly');
    }
    if (length === 0) {
      const trailers: Record<string, string> = {};
      for (const line of body.toString('latin1', end + 2).split('\r\n')) {
        const colon = line.indexOf(':');
        if (colon > 0) trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
      }
      return { bytes: Buffer.concat(parts), trailers };
    }
    parts.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
}

function checkMd5(expected: string | undefined, bytes: Buffer): void {
  if (expected === undefined) return;
  const given = Buffer.from(expected, 'base64');
  if (given.length !== 16 || given.toString('base64') !== expected) {
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.', {
      'Content-MD5': expected,
    });
  }
  const computed = createHash('md5').update(bytes).digest('base64');
  if (computed !== expected) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
      ExpectedDigest: given.toString('hex'),
      CalculatedDigest: computed,
    });
  }
}

const CHECKSUMS: Readonly<Record<string, { length: number; of: (bytes: Buffer) => Buffer }>> = {
  crc32: { length: 4, of: (bytes) => uint32(zlib.crc32(bytes)) },
  crc32c: { length: 4, of: (bytes) => uint32(crc32c(bytes)) },
  crc64nvme: { length: 8, of: crc64nvme },
  sha1: { length: 20, of: (bytes) => createHash('sha1').update(bytes).digest() },
  sha256: { length: 32, of: (bytes) => createHash('sha256').update(bytes).digest() },
};

function checkChecksums(headers: Readonly<Record<string, string>>, bytes: Buffer): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, { length, of }] of Object.entries(CHECKSUMS)) {
    const header = `x-amz-checksum-${name}`;
    const given = headers[header];
    if (given === undefined) continue;
    if (Buffer.from(given, 'base64').length !== length) {
      throw new S3Error('InvalidRequest', `Value for ${header} header is invalid.`);
    }
    if (of(bytes).toString('base64') !== given) {
      throw new S3Error(
        'BadDigest',
        `The ${name.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    }
    kept[header] = given;
  }
  if (Object.keys(kept).length > 1) {
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  return kept;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value >>> 0);
  return buffer;
}

const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC32C_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc;
}

/** CRC-64/NVME, reflected polynomial 0x9a6c9329ac4bc9b5, in two halves: BigInt for each byte would take seconds a megabyte. */
const CRC64_TABLE = Array.from({ length: 256 }, (_, byte) => {
  let crc = BigInt(byte);
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n;
  return [Number(crc >> 32n), Number(crc & 0xffffffffn)] as const;
});

function crc64nvme(bytes: Buffer): Buffer {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of bytes) {
    const [tableHigh, tableLow] = CRC64_TABLE[(low ^ byte) & 0xff] ?? [0, 0];
    low = (((low >>> 8) | (high << 24)) ^ tableLow) >>> 0;
    high = ((high >>> 8) ^ tableHigh) >>> 0;
  }
  return Buffer.concat([uint32(~high), uint32(~low)]);
}
