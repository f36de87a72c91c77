import fs from 'node:fs';
import path from 'node:path';
import { StorageError } from '../kinesis-error.ts';
import { firstIndexOf, logFileName, missingRecords, requireFiles } from './missing-records.ts';
import type { FrameHeader } from './record-frame.ts';
import { LogSegment, type PlacedFrame } from './shard-segment.ts';

/**
 * Which files a log has, kept apart from the log, so that a file that is deleted behind the runtime's back is missed. Each is
 * named by the index of its first record.
 */
export interface FileLedger {
  /** In order; null where nobody has noted any yet: what is there is what there is. */
  readonly noted: readonly number[] | null;
  /** Stores them. Throws StorageError. */
  note(files: readonly number[]): void;
}

/** A log's files, one behind the other: the newest is appended to, the oldest are removed, and none goes unmissed. */
export class LogFiles {
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #ledger: FileLedger;
  /** All but the newest hold records. */
  readonly #segments: LogSegment[];
  /** Where the records are lost that somebody has given up: the first indices of empty files. */
  #givenUp: number[];
  /** The newest file that the ledger has. */
  #notedFile: number | null;

  /** Throws StorageError where a file is missing that the ledger has. */
  constructor(folder: string, segmentBytes: number, ledger: FileLedger) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.#ledger = ledger;
    this.#notedFile = ledger.noted?.at(-1) ?? null;
    const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
    const files = names.map(firstIndexOf).filter((firstIndex) => firstIndex !== null);
    files.sort((a, b) => a - b);
    requireFiles(folder, ledger.noted ?? [], files);
    const segments = files.map((firstIndex) => LogSegment.open(this.#path(firstIndex), firstIndex));
    this.#segments = segments.filter((segment, at) => segment.size > 0 || at === segments.length - 1);
    this.#givenUp = segments.slice(0, -1).flatMap(({ size, firstIndex }) => (size > 0 ? [] : [firstIndex]));
  }

  #path(firstIndex: number): string {
    return path.join(this.#folder, logFileName(firstIndex));
  }

  get oldest(): LogSegment | null {
    return this.#segments[0] ?? null;
  }

  /** Cuts off what a crash has torn; the newest frame that is left, and the index of the next record. Throws StorageError. */
  recover(): { newest: PlacedFrame | null; nextIndex: number; cutBytes: number } {
    const active = this.#segments.at(-1);
    if (active === undefined) return { newest: null, nextIndex: 1, cutBytes: 0 };
    const { last, cutBytes } = active.recover();
    const nextIndex = last === null ? active.firstIndex : last.firstIndex + last.count;
    return { newest: last ?? this.#segments.at(-2)?.last() ?? null, nextIndex, cutBytes };
  }

  /** Throws StorageError; nothing is stored then. */
  append(bytes: Buffer, header: FrameHeader): void {
    const segment = this.#active(header.firstIndex);
    // Before its first record: a file that nobody has noted holds none that anybody was told of.
    if (segment.firstIndex !== this.#notedFile) this.#note();
    segment.append(bytes, header);
  }

  #active(nextIndex: number): LogSegment {
    const active = this.#segments.at(-1);
    if (active !== undefined && active.size < this.#segmentBytes) return active;
    try {
      // Not the folders above it: the stream is there, or it was deleted behind the runtime's back.
      if (!fs.existsSync(this.#folder)) fs.mkdirSync(this.#folder);
    } catch (error) {
      throw new StorageError('create', this.#folder, error);
    }
    const segment = LogSegment.create(this.#path(nextIndex), nextIndex);
    active?.close();
    this.#segments.push(segment);
    return segment;
  }

  #note(): void {
    const files = [...this.#givenUp, ...this.#segments.map(({ firstIndex }) => firstIndex)];
    this.#ledger.note(files.sort((a, b) => a - b));
    this.#notedFile = files.at(-1) ?? null;
  }

  /** From the one that holds the index, or the next behind it, to the last before `endIndex`. Throws StorageError. */
  *framesFrom(index: number, endIndex: number): ReturnType<LogSegment['read']> {
    if (index >= endIndex) return;
    let at = this.#segments.findLastIndex((segment) => segment.firstIndex <= index);
    const frame = this.#segments[at]?.find(({ firstIndex, count }) => firstIndex + count > index);
    if (!frame) at += 1;
    let offset = frame?.offset ?? 0;
    for (let segment = this.#segments[at]; segment !== undefined; segment = this.#segments[at]) {
      if (index < segment.firstIndex) this.#requireBefore(at, segment);
      yield* segment.read(offset);
      at += 1;
      offset = 0;
    }
  }

  /** Throws StorageError where records are missing between a file and the one before it. */
  #requireBefore(at: number, { firstIndex }: LogSegment): void {
    const before = this.#segments[at - 1];
    if (before === undefined) return;
    const last = before.last();
    const end = last === null ? before.firstIndex : last.firstIndex + last.count;
    if (end === firstIndex || this.#givenUp.includes(end)) return;
    throw missingRecords(this.#folder, end, { file: firstIndex });
  }

  /** The first whose `latestMs` is at or after the time; null when there is none. */
  frameAtTime(timeMs: number): PlacedFrame | null {
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

  /** Resolves when all from an index on is on the disk itself. Throws StorageError. */
  async keepFrom(index: number): Promise<void> {
    const from = this.#segments.findLastIndex(({ firstIndex }) => firstIndex <= index);
    for (const segment of this.#segments.slice(Math.max(from, 0))) await segment.keep();
  }

  /** How many records there are within the indices; those that were given up are not there. */
  recordCount(fromIndex: number, endIndex: number): number {
    return this.#segments.reduce((sum, { firstIndex, size }, at) => {
      if (size === 0) return sum;
      const lost = this.#givenUp.find((givenUp) => givenUp > firstIndex) ?? endIndex;
      const end = Math.min(lost, this.#segments[at + 1]?.firstIndex ?? endIndex);
      return sum + Math.max(0, end - Math.max(firstIndex, fromIndex));
    }, 0);
  }

  /**
   * Removes the files that hold nothing from the index on, but never the newest: its name and its frames tell the next
   * index. Emptied, then forgotten, then removed: cut off anywhere, none is missed, and a full disk gets its space.
   */
  removeBefore(index: number): void {
    const expired = this.#segments.findLastIndex(({ firstIndex }) => firstIndex <= index);
    if (expired <= 0) return;
    const removed = this.#segments.splice(0, expired);
    for (const segment of removed) segment.empty();
    const isExpired = (firstIndex: number) => firstIndex <= index;
    const givenUp = this.#givenUp.filter(isExpired);
    this.#givenUp = this.#givenUp.filter((firstIndex) => !isExpired(firstIndex));
    try {
      this.#note();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return; // the next start finds them empty, and the next removal takes them along
    }
    for (const segment of removed) segment.remove();
    for (const firstIndex of givenUp) fs.rmSync(this.#path(firstIndex), { force: true });
  }

  close(): void {
    this.#segments.at(-1)?.close();
  }
}
