import { createHash } from 'node:crypto';
import zlib from 'node:zlib';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
export const CHECKSUM_ALGORITHMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;

export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** Of the whole object, or of the checksums of its parts. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** A running checksum over bytes that come piece by piece. */
export interface Checksum {
  update(bytes: Buffer): void;
  digest(): Buffer;
}

export const CHECKSUM_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
};

export function parseAlgorithm(text: string): ChecksumAlgorithm | null {
  return CHECKSUM_ALGORITHMS.find((name) => name === text.toLowerCase()) ?? null;
}

export function startChecksum(algorithm: ChecksumAlgorithm): Checksum {
  if (algorithm === 'crc64nvme') return crc64nvme();
  if (algorithm === 'crc32') return crc((bytes, value) => zlib.crc32(bytes, value));
  if (algorithm === 'crc32c') return crc(crc32c);
  const hash = createHash(algorithm);
  return { update: (bytes) => hash.update(bytes), digest: () => hash.digest() };
}

/** In base64, as in the headers. */
export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Buffer): string {
  const checksum = startChecksum(algorithm);
  checksum.update(bytes);
  return checksum.digest().toString('base64');
}

function crc(step: (bytes: Buffer, value: number) => number): Checksum {
  let value = 0;
  return {
    update: (bytes) => {
      value = step(bytes, value);
    },
    digest: () => uint32s(value),
  };
}

function uint32s(...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value >>> 0, 4 * index);
  return buffer;
}

const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function crc32c(bytes: Buffer, start: number): number {
  let value = ~start;
  for (let i = 0; i < bytes.length; i += 1) {
    value = (CRC32C_TABLE[(value ^ (bytes[i] ?? 0)) & 0xff] ?? 0) ^ (value >>> 8);
  }
  return ~value;
}

/** CRC-64/NVME, reflected polynomial 0x9a6c9329ac4bc9b5, in halves: a BigInt for each byte would take seconds a megabyte. */
const CRC64_TABLE = Array.from({ length: 256 }, (_, byte) => {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
  }
  return value;
});
const CRC64_HIGH = Uint32Array.from(CRC64_TABLE, (value) => Number(value >> 32n));
const CRC64_LOW = Uint32Array.from(CRC64_TABLE, (value) => Number(value & 0xffffffffn));

function crc64nvme(): Checksum {
  let high = -1;
  let low = -1;
  return {
    update: (bytes) => {
      for (let i = 0; i < bytes.length; i += 1) {
        const index = (low ^ (bytes[i] ?? 0)) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (CRC64_LOW[index] ?? 0);
        high = (high >>> 8) ^ (CRC64_HIGH[index] ?? 0);
      }
    },
    digest: () => uint32s(~high, ~low),
  };
}
