import type { Xml } from '../../http/xml-text.ts';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  type ChecksumType,
  checksumOf,
  parseAlgorithm,
} from './checksum.ts';
import { type ReceivedBody, unsupportedAlgorithm } from './request-body.ts';

type Headers = Readonly<Record<string, string>>;

/** The checksum that the client sent, or else CRC-64/NVME, which S3 takes of every object by itself. */
export function checksumHeaders({ bytes, checksum }: ReceivedBody): Record<string, string> {
  const { algorithm, value } = checksum ?? {
    algorithm: 'crc64nvme' as const,
    value: checksumOf('crc64nvme', bytes),
  };
  return describeChecksum(algorithm, value, 'FULL_OBJECT');
}

export function describeChecksum(
  algorithm: ChecksumAlgorithm,
  value: string,
  type: ChecksumType,
): Record<string, string> {
  return { [`x-amz-checksum-${algorithm}`]: value, 'x-amz-checksum-type': type };
}

/** What `describeChecksum` said, read from an object's headers; null for one that was put in place by hand. */
export function checksumIn(
  headers: Headers,
): { readonly algorithm: ChecksumAlgorithm; readonly value: string; readonly type: string } | null {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = headers[`x-amz-checksum-${algorithm}`];
    if (value !== undefined) {
      return { algorithm, value, type: headers['x-amz-checksum-type'] ?? 'FULL_OBJECT' };
    }
  }
  return null;
}

/** `x-amz-checksum-algorithm`: which checksum is to be taken. Null when the request leaves it open. */
export function requestedAlgorithm(headers: Headers): ChecksumAlgorithm | null {
  const named = headers['x-amz-checksum-algorithm'];
  if (named === undefined) return null;
  const algorithm = parseAlgorithm(named);
  if (algorithm === null) throw unsupportedAlgorithm();
  return algorithm;
}

export function isChecksumWanted(headers: Headers): boolean {
  return headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED';
}

/** `ChecksumCRC32` and its like, and `ChecksumType`; nothing when there is no checksum. */
export function checksumXml(headers: Readonly<Record<string, string>>): Xml[] {
  const checksum = checksumIn(headers);
  if (checksum === null) return [];
  return [
    [`Checksum${checksum.algorithm.toUpperCase()}`, checksum.value],
    ['ChecksumType', checksum.type],
  ];
}
