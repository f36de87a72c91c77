import { crc32 } from 'node:zlib';

/**
 * One frame of the log: the records that one call put into one shard, so all with one arrival time. Little endian.
 *
 *     length u32 │ crc u32 │ count u32 │ key bytes u32 │ first index f64 │ arrival f64 │ latest f64 │
 *     data lengths u32 × count │ key lengths u16 × count │ keys, UTF-8 │ data, base64 as it came
 *
 * The length is the whole frame's, the crc covers all after it: a frame that was torn by a crash is told from a whole
 * one. Data stays base64 text, because GetRecords and Lambda's events want it so, and lengths stand apart from texts,
 * because joining, writing and slicing one long text is much cheaper than five hundred short ones.
 */
export interface LogRecord {
  readonly partitionKey: string;
  /** Standard base64 with padding. */
  readonly data: string;
}

export interface FrameHeader {
  readonly length: number;
  readonly count: number;
  /** Of the first record; the others follow without a gap. */
  readonly firstIndex: number;
  readonly arrivalMs: number;
  /** The greatest arrival time up to and including this frame: rises, even where a late record's arrival does not. */
  readonly latestMs: number;
}

export const HEADER_BYTES = 40;
/** Two bytes for a length: a partition key has at most 256 characters, 512 UTF-16 units. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** Appending is synchronous, so one buffer serves every append. */
let scratch = Buffer.allocUnsafeSlow(256 * 1024);

/** The frame's bytes, valid until the next call. */
export function encodeFrame(
  records: readonly LogRecord[],
  position: { readonly firstIndex: number; readonly arrivalMs: number; readonly latestMs: number },
): Buffer {
  const count = records.length;
  let keys = '';
  let data = '';
  for (const record of records) {
    keys += record.partitionKey;
    data += record.data;
  }
  const keyBytes = Buffer.byteLength(keys);
  const length = HEADER_BYTES + 6 * count + keyBytes + data.length;
  if (length > scratch.length) scratch = Buffer.allocUnsafeSlow(length * 2);
  const bytes = scratch.subarray(0, length);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt32LE(count, 8);
  bytes.writeUInt32LE(keyBytes, 12);
  bytes.writeDoubleLE(position.firstIndex, 16);
  bytes.writeDoubleLE(position.arrivalMs, 24);
  bytes.writeDoubleLE(position.latestMs, 32);
  let at = HEADER_BYTES;
  for (const record of records) at = bytes.writeUInt32LE(record.data.length, at);
  for (const record of records) at = bytes.writeUInt16LE(record.partitionKey.length, at);
  at += bytes.write(keys, at, 'utf8');
  bytes.write(data, at, 'latin1');
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/** Null when the bytes at `at` cannot begin a frame: cut off, or never written. */
export function readFrameHeader(bytes: Buffer, at: number): FrameHeader | null {
  if (at + HEADER_BYTES > bytes.length) return null;
  const length = bytes.readUInt32LE(at);
  const count = bytes.readUInt32LE(at + 8);
  if (length <= HEADER_BYTES || length > MAX_FRAME_BYTES || count === 0) return null;
  return {
    length,
    count,
    firstIndex: bytes.readDoubleLE(at + 16),
    arrivalMs: bytes.readDoubleLE(at + 24),
    latestMs: bytes.readDoubleLE(at + 32),
  };
}

/** Whether the whole frame is there and undamaged. */
export function isWholeFrame(bytes: Buffer, at: number, length: number): boolean {
  return (
    at + length <= bytes.length && bytes.readUInt32LE(at + 4) === crc32(bytes.subarray(at + 8, at + length))
  );
}

/**
 * The frame's length as its other fields give it: equal to `length` unless one of them is damaged. Null when the fields
 * are not all there.
 */
export function summedLength(bytes: Buffer, at: number): number | null {
  if (at + HEADER_BYTES > bytes.length) return null;
  const count = bytes.readUInt32LE(at + 8);
  const lengthsEnd = at + HEADER_BYTES + 6 * count;
  if (lengthsEnd > bytes.length) return null;
  let length = HEADER_BYTES + 6 * count + bytes.readUInt32LE(at + 12);
  for (let index = 0; index < count; index += 1) length += bytes.readUInt32LE(at + HEADER_BYTES + 4 * index);
  return length;
}

/** The records of a whole frame, from the `skip`-th on, at most `most` of them. */
export function decodeFrame(bytes: Buffer, at: number, skip: number, most: number): LogRecord[] {
  const count = bytes.readUInt32LE(at + 8);
  const keyBytes = bytes.readUInt32LE(at + 12);
  const keyLengthsAt = at + HEADER_BYTES + 4 * count;
  const keysAt = keyLengthsAt + 2 * count;
  const dataAt = keysAt + keyBytes;
  let keyFrom = 0;
  let dataFrom = 0;
  for (let index = 0; index < skip; index += 1) {
    dataFrom += bytes.readUInt32LE(at + HEADER_BYTES + 4 * index);
    keyFrom += bytes.readUInt16LE(keyLengthsAt + 2 * index);
  }
  const keys = bytes.toString('utf8', keysAt, dataAt);
  const data = bytes.toString('latin1', dataAt, at + bytes.readUInt32LE(at));
  const records: LogRecord[] = [];
  const end = Math.min(count, skip + most);
  for (let index = skip; index < end; index += 1) {
    const dataTo = dataFrom + bytes.readUInt32LE(at + HEADER_BYTES + 4 * index);
    const keyTo = keyFrom + bytes.readUInt16LE(keyLengthsAt + 2 * index);
    records.push({ partitionKey: keys.slice(keyFrom, keyTo), data: data.slice(dataFrom, dataTo) });
    dataFrom = dataTo;
    keyFrom = keyTo;
  }
  return records;
}
