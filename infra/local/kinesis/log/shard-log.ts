import fs from 'node:fs';
import path from 'node:path';
import { StorageError } from '../kinesis-error.ts';
import { decodeFrame, encodeFrame, type LogRecord } from './record-frame.ts';
import { LogSegment, type PlacedFrame } from './shard-segment.ts';

/** Consecutive records of one arrival time. */
export interface LogBatch {
  readonly firstIndex: number;
  readonly arrivalMs: number;
  readonly records: readonly LogRecord[];
}

export interface LogPage {
  readonly batches: readonly LogBatch[];
  /** Where the next page begins. */
  readonly nextIndex: number;
}

const SEGMENT_BYTES = 32 * 1024 * 1024;
/** A clock that was set back by more than this is followed; less is smoothed, so that arrival times do not fall. */
const CLOCK_SLACK_MS = 60_000;

/**
 * A shard's records in files of its own folder, each named by the index of its first record. Indices count from 1 and
 * have no gaps. In memory is a sparse index only.
 */
export class ShardLog {
  /** What a crash had left half-written and the start cut off. */
  readonly cutBytes: number;
  readonly #folder: string;
  readonly #segmentBytes: number;
  #segments: LogSegment[] = [];
  #nextIndex = 1;
  #latestMs = Number.NEGATIVE_INFINITY;
  #lastArrivalMs = Number.NEGATIVE_INFINITY;
  /** All before this one have been trimmed. */
  #trimIndex = 1;
  /** `latestMs` of the frame at the trim index; null when there is none yet. */
  #trimLatestMs: number | null = null;

  /** Throws StorageError. */
  constructor(folder: string, segmentBytes = SEGMENT_BYTES) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    try {
      this.cutBytes = fs.existsSync(folder) ? this.#open() : 0;
    } catch (error) {
      throw error instanceof StorageError ? error : new StorageError('open', folder, error);
    }
  }

  /** Answers how many bytes were cut off. */
  #open(): number {
    this.#segments = fs
      .readdirSync(this.#folder)
      .filter((name) => /^\d{16}\.log$/.test(name))
      .sort()
      .map((name) => LogSegment.open(path.join(this.#folder, name), Number(name.slice(0, 16))));
    const active = this.#segments.at(-1);
    if (active === undefined) return 0;
    const { last, cutBytes } = active.recover();
    this.#nextIndex = last === null ? active.firstIndex : last.firstIndex + last.count;
    const newest = last ?? this.#segments.at(-2)?.last() ?? null;
    this.#latestMs = newest?.latestMs ?? this.#latestMs;
    this.#lastArrivalMs = newest?.arrivalMs ?? this.#lastArrivalMs;
    this.#trimIndex = this.#segments[0]?.firstIndex ?? 1;
    this.#trimLatestMs = this.#segments[0]?.first()?.latestMs ?? null;
    return cutBytes;
  }

  /** The index that the next record will get. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** The index of the oldest record that is still there; equals `nextIndex` when there is none. */
  get trimIndex(): number {
    return this.#trimIndex;
  }

  /**
   * Stores the records of one call, all or none. They carry the time given, or the last record's where the clock stands
   * a little behind it. Throws StorageError.
   */
  append(records: readonly LogRecord[], nowMs: number): { firstIndex: number; arrivalMs: number } {
    const behindMs = this.#lastArrivalMs - nowMs;
    const arrivalMs = behindMs > 0 && behindMs <= CLOCK_SLACK_MS ? this.#lastArrivalMs : nowMs;
    this.#append(records, arrivalMs);
    this.#lastArrivalMs = arrivalMs;
    return { firstIndex: this.#nextIndex - records.length, arrivalMs };
  }

  /** Stores a record with an arrival time of its own, as if it had been delayed on its way. */
  appendAt(record: LogRecord, arrivalMs: number): { firstIndex: number; arrivalMs: number } {
    this.#append([record], arrivalMs);
    return { firstIndex: this.#nextIndex - 1, arrivalMs };
  }

  #append(records: readonly LogRecord[], arrivalMs: number): void {
    const latestMs = Math.max(this.#latestMs, arrivalMs);
    const firstIndex = this.#nextIndex;
    const bytes = encodeFrame(records, { firstIndex, arrivalMs, latestMs });
    const header = { length: bytes.length, count: records.length, firstIndex, arrivalMs, latestMs };
    this.#activeSegment().append(bytes, header);
    this.#nextIndex += records.length;
    this.#latestMs = latestMs;
    if (this.#trimIndex === firstIndex) this.#trimLatestMs = latestMs;
  }

  #activeSegment(): LogSegment {
    const active = this.#segments.at(-1);
    if (active !== undefined && active.size < this.#segmentBytes) return active;
    try {
      // Not the folders above it: the stream is there, or it was deleted behind the runtime's back.
      if (!fs.existsSync(this.#folder)) fs.mkdirSync(this.#folder);
    } catch (error) {
      throw new StorageError('create', this.#folder, error);
    }
    const name = `${String(this.#nextIndex).padStart(16, '0')}.log`;
    const segment = LogSegment.create(path.join(this.#folder, name), this.#nextIndex);
    active?.close();
    this.#segments.push(segment);
    return segment;
  }

  /**
   * Records from an index on, not before the trim point. `maxBytes` counts data as sent (decoded) and partition keys;
   * the first record is given whatever its size.
   */
  read(fromIndex: number, limits: { readonly maxRecords: number; readonly maxBytes: number }): LogPage {
    const batches: LogBatch[] = [];
    let index = Math.max(fromIndex, this.#trimIndex);
    let records = limits.maxRecords;
    let bytes = limits.maxBytes;
    for (const { frame, bytes: frameBytes, at } of this.#framesFrom(index)) {
      // A file that somebody deleted leaves a gap, over which a reader goes on.
      index = Math.max(index, frame.firstIndex);
      const skip = index - frame.firstIndex;
      const taken = decodeFrame(frameBytes, at, skip, records);
      const fitting = countFitting(taken, bytes, batches.length === 0);
      if (fitting.count === 0) break;
      batches.push({
        firstIndex: index,
        arrivalMs: frame.arrivalMs,
        records: fitting.count === taken.length ? taken : taken.slice(0, fitting.count),
      });
      index += fitting.count;
      records -= fitting.count;
      bytes -= fitting.bytes;
      if (fitting.count < taken.length || records <= 0 || bytes <= 0) break;
    }
    return { batches, nextIndex: index };
  }

  *#framesFrom(index: number): ReturnType<LogSegment['read']> {
    if (index >= this.#nextIndex) return;
    let at = this.#segments.findLastIndex((segment) => segment.firstIndex <= index);
    const frame = this.#segments[at]?.find(({ firstIndex, count }) => firstIndex + count > index);
    if (!frame) at += 1;
    let offset = frame?.offset ?? 0;
    for (let segment = this.#segments[at]; segment !== undefined; segment = this.#segments[at]) {
      yield* segment.read(offset);
      at += 1;
      offset = 0;
    }
  }

  /** The index of the first record that arrived at or after the time, `nextIndex` when none did. */
  indexAtTime(timeMs: number): number {
    return Math.max(this.#frameAtTime(timeMs)?.firstIndex ?? this.#nextIndex, this.#trimIndex);
  }

  #frameAtTime(timeMs: number): PlacedFrame | null {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const first = this.#segments[middle]?.first() ?? null;
      if (first === null || first.latestMs >= timeMs) high = middle;
      else low = middle + 1;
    }
    const within = this.#segments[low - 1]?.find((frame) => frame.latestMs >= timeMs) ?? null;
    return within ?? this.#segments[low]?.first() ?? null;
  }

  /** Forgets what arrived before the cutoff; files that hold nothing else are removed. */
  trim(cutoffMs: number): void {
    if (this.#trimLatestMs === null || this.#trimLatestMs >= cutoffMs) return;
    const oldest = this.#frameAtTime(cutoffMs);
    this.#trimIndex = oldest?.firstIndex ?? this.#nextIndex;
    this.#trimLatestMs = oldest?.latestMs ?? null;
    // The newest file stays, even if all in it is old: its name and its frames tell the next index.
    while ((this.#segments[1]?.firstIndex ?? Number.POSITIVE_INFINITY) <= this.#trimIndex) {
      this.#segments.shift()?.remove();
    }
  }

  close(): void {
    this.#segments.at(-1)?.close();
  }

  /** Throws StorageError. */
  remove(): void {
    this.close();
    this.#segments = [];
    try {
      fs.rmSync(this.#folder, { recursive: true, force: true });
    } catch (error) {
      throw new StorageError('remove', this.#folder, error);
    }
  }
}

/** How many bytes the base64 text stands for. */
export function dataBytes(base64: string): number {
  const { length } = base64;
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (length / 4) * 3 - padding;
}

function countFitting(
  records: readonly LogRecord[],
  maxBytes: number,
  atLeastOne: boolean,
): { readonly count: number; readonly bytes: number } {
  let bytes = 0;
  let count = 0;
  for (const record of records) {
    const size = dataBytes(record.data) + Buffer.byteLength(record.partitionKey);
    if (bytes + size > maxBytes && !(atLeastOne && count === 0)) break;
    bytes += size;
    count += 1;
  }
  return { count, bytes };
}
