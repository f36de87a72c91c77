import fs from 'node:fs';
import { StorageError } from '../kinesis-error.ts';
import { type FileLedger, LogFiles } from './log-files.ts';
import { missingRecords } from './missing-records.ts';
import { decodeFrame, encodeFrame, type LogRecord } from './record-frame.ts';

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
const NO_LEDGER: FileLedger = { noted: null, note: () => {} };
/** A clock that was set back by more than this is followed; less is smoothed, so that arrival times do not fall. */
const CLOCK_SLACK_MS = 60_000;

/**
 * A shard's records in files of its own folder, each named by the index of its first record. Indices count from 1, and have
 * no gaps but where an empty file says that what was in it is given up. In memory is a sparse index only.
 */
export class ShardLog {
  /** What a crash had left half-written and the start cut off. */
  readonly cutBytes: number;
  readonly #folder: string;
  readonly #files: LogFiles;
  #nextIndex = 1;
  #latestMs = Number.NEGATIVE_INFINITY;
  #lastArrivalMs = Number.NEGATIVE_INFINITY;
  /** All before this one have been trimmed. */
  #trimIndex = 1;
  /** All before this one are on the disk for good. */
  #keptIndex = 1;
  /** `latestMs` of the frame at the trim index; null when there is none yet. */
  #trimLatestMs: number | null = null;
  /** Throws StorageError, also where a file is missing that the ledger has. */
  constructor(folder: string, segmentBytes = SEGMENT_BYTES, ledger = NO_LEDGER) {
    this.#folder = folder;
    try {
      this.#files = new LogFiles(folder, segmentBytes, ledger);
      this.cutBytes = this.#open();
    } catch (error) {
      throw error instanceof StorageError ? error : new StorageError('open', folder, error);
    }
  }

  /** Answers how many bytes were cut off. */
  #open(): number {
    const { newest, nextIndex, cutBytes } = this.#files.recover();
    this.#nextIndex = nextIndex;
    this.#latestMs = newest?.latestMs ?? this.#latestMs;
    this.#lastArrivalMs = newest?.arrivalMs ?? this.#lastArrivalMs;
    this.#trimIndex = this.#files.oldest?.firstIndex ?? 1;
    this.#trimLatestMs = this.#files.oldest?.first()?.latestMs ?? null;
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
    this.#files.append(bytes, header);
    this.#nextIndex += records.length;
    this.#latestMs = latestMs;
    if (this.#trimIndex === firstIndex) this.#trimLatestMs = latestMs;
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
    for (const { frame, bytes: frameBytes, at } of this.#files.framesFrom(index, this.#nextIndex)) {
      // Records that were given up leave a gap, over which a reader goes on.
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

  /** Throws StorageError where the log ends before a record that somebody has read: its number would be issued again. */
  requireRecord(index: number): void {
    if (index < this.#nextIndex) return;
    throw missingRecords(this.#folder, this.#nextIndex, { known: index });
  }

  /** Resolves when no failure of the machine can take the records back that are there now. Throws StorageError. */
  async keep(): Promise<void> {
    const upTo = this.#nextIndex;
    if (upTo === this.#keptIndex) return;
    await this.#files.keepFrom(this.#keptIndex);
    this.#keptIndex = upTo;
  }

  /** How many records can be read: those that were given up are not there. */
  get recordCount(): number {
    return this.#files.recordCount(this.#trimIndex, this.#nextIndex);
  }

  /** The index of the first record that arrived at or after the time, `nextIndex` when none did. */
  indexAtTime(timeMs: number): number {
    return Math.max(this.#files.frameAtTime(timeMs)?.firstIndex ?? this.#nextIndex, this.#trimIndex);
  }

  /** Forgets what arrived before the cutoff; files that hold nothing else are removed. */
  trim(cutoffMs: number): void {
    if (this.#trimLatestMs === null || this.#trimLatestMs >= cutoffMs) return;
    const oldest = this.#files.frameAtTime(cutoffMs);
    this.#trimIndex = oldest?.firstIndex ?? this.#nextIndex;
    this.#trimLatestMs = oldest?.latestMs ?? null;
    this.#files.removeBefore(this.#trimIndex);
  }

  close(): void {
    this.#files.close();
  }

  /** Throws StorageError. */
  remove(): void {
    this.close();
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
