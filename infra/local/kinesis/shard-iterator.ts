import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { KinesisError } from './kinesis-error.ts';

/** A place in a shard, handed to a client as an opaque text. */
export interface ShardIterator {
  /** Epoch milliseconds. */
  readonly issuedMs: number;
  readonly streamName: string;
  readonly shardId: string;
  /** The index of the next record, and the creation of the shard it was counted in. */
  readonly index: number;
  readonly createdSeconds: number;
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
const LIFETIME_MS = 300_000;
/** Eight bytes of version, then a length that says little of the contents: the shape that Kinesis's own have. */
const VERSION = Buffer.from('0000000000000001', 'hex');
const LEAST_BYTES = 152;
const BLOCK_BYTES = 16;

export function encodeShardIterator(iterator: ShardIterator): string {
  const { issuedMs, streamName, shardId, index, createdSeconds } = iterator;
  // Two iterators of one millisecond and place differ, as clients may expect of an iterator that was renewed.
  const nonce = randomInt(2 ** 32);
  const text = [issuedMs, streamName, shardId, index, createdSeconds, nonce].join('/');
  const bytes = VERSION.length + 4 + text.length;
  const blocks = Math.ceil(Math.max(0, bytes - LEAST_BYTES) / BLOCK_BYTES);
  const padded = Buffer.alloc(LEAST_BYTES + blocks * BLOCK_BYTES, ' ');
  VERSION.copy(padded, 0);
  padded.write(text, VERSION.length + 4, 'latin1');
  padded.writeUInt32BE(crc32(padded.subarray(VERSION.length + 4)), VERSION.length);
  return padded.toString('base64');
}

/** Throws InvalidArgumentException, ExpiredIteratorException. */
export function decodeShardIterator(text: string, nowMs: number): ShardIterator {
  const bytes = Buffer.from(text, 'base64');
  if (
    bytes.length < LEAST_BYTES ||
    bytes.toString('base64') !== text ||
    !bytes.subarray(0, VERSION.length).equals(VERSION) ||
    bytes.readUInt32BE(VERSION.length) !== crc32(bytes.subarray(VERSION.length + 4))
  ) {
    throw new KinesisError('InvalidArgumentException', 'Invalid ShardIterator.');
  }
  const [issued, streamName = '', shardId = '', index, created] = bytes
    .toString('latin1', VERSION.length + 4)
    .split('/');
  const issuedMs = Number(issued);
  if (nowMs - issuedMs >= LIFETIME_MS) {
    throw new KinesisError(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created at time ${utc(issuedMs)} while right now it is ${utc(nowMs)} ` +
        `which is further in the future than the tolerated delay of ${LIFETIME_MS} milliseconds.`,
    );
  }
  return { issuedMs, streamName, shardId, index: Number(index), createdSeconds: Number(created) };
}

/** `Thu Jan 22 01:22:02 UTC 2015` */
function utc(ms: number): string {
  const [day, date, month, year, time] = new Date(ms).toUTCString().replace(',', '').split(' ');
  return [day, month, date, time, 'UTC', year].join(' ');
}
