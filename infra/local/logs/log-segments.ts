import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { seal, unseal } from '../sealed-text.ts';
import { writeWhole } from './group-file.ts';
import { type LogEvent, serializeLogEvent } from './log-event.ts';
import { LogSegment, type SegmentSummary, type StreamExtent } from './log-segment.ts';

/** What a group keeps: 64 files of a megabyte. The oldest goes when a new one begins. */
export const SEGMENT_BYTES = 1_048_576;
export const KEPT_SEGMENTS = 64;

/** The files of a group's events, and an index of the full ones. Every method rejects when the disk refuses. */
export class LogSegments {
  readonly #folder: string;
  #segments: LogSegment[] = [];
  /** The number that the next event of a stream gets. */
  readonly #next = new Map<string, number>();
  #loading: Promise<void> | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Full segments are known from the index; those that a crash kept out of it, and the last one, are read. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** Numbers and stores them, all or none. */
  async append(events: readonly Omit<LogEvent, 'n'>[]): Promise<void> {
    const segment = await this.#active();
    const numbered = events.map((event) => ({ ...event, n: this.#number(event.logStreamName) }));
    try {
      await segment.append(numbered);
    } catch (error) {
      for (const { logStreamName, n } of numbered.toReversed()) this.#next.set(logStreamName, n);
      throw error;
    }
  }

  hasStream(logStreamName: string): boolean {
    return this.#segments.some(({ streams }) => streams.has(logStreamName));
  }

  /** What there is of each stream. */
  extents(): Map<string, StreamExtent> {
    const extents = new Map<string, StreamExtent>();
    for (const segment of this.#segments) {
      for (const [name, extent] of segment.streams) {
        const known = extents.get(name);
        extents.set(name, known === undefined ? extent : joined(known, extent));
      }
    }
    return extents;
  }

  /** Events of a time (both ends included) and of some streams, in the order in which they were written. */
  async events(
    startMs: number,
    endMs: number,
    wants: (logStreamName: string) => boolean,
  ): Promise<LogEvent[]> {
    const found: LogEvent[] = [];
    for (const segment of this.#segments) {
      if (!segment.mayHold(startMs, endMs, wants)) continue;
      for (const event of await segment.events()) {
        const isInTime = event.timestamp >= startMs && event.timestamp <= endMs;
        if (isInTime && wants(event.logStreamName)) found.push(event);
      }
    }
    return found;
  }

  async deleteStream(logStreamName: string): Promise<void> {
    this.#segments = await Promise.all(
      this.#segments.map(async (segment) => {
        if (!segment.streams.has(logStreamName)) return segment;
        const kept = (await segment.events()).filter((event) => event.logStreamName !== logStreamName);
        await writeWhole(segment.path, kept.map(serializeLogEvent).join(''));
        return LogSegment.scanned(this.#folder, segment.file);
      }),
    );
    this.#next.delete(logStreamName);
    await this.#storeIndex();
  }

  #number(logStreamName: string): number {
    const n = this.#next.get(logStreamName) ?? 0;
    this.#next.set(logStreamName, n + 1);
    return n;
  }

  /** The segment that takes the next events. */
  async #active(): Promise<LogSegment> {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.bytes < SEGMENT_BYTES) return last;
    const number = last === undefined ? 1 : Number.parseInt(last.file, 10) + 1;
    const segment = new LogSegment(this.#folder, `${String(number).padStart(6, '0')}.ndjson`);
    while (this.#segments.length >= KEPT_SEGMENTS) {
      const oldest = this.#segments.shift();
      if (oldest !== undefined) await rm(oldest.path, { force: true });
    }
    await this.#storeIndex();
    this.#segments.push(segment);
    return segment;
  }

  async #load(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const files = (await readdir(this.#folder)).filter((file) => file.endsWith('.ndjson')).sort();
    const known = new Map((await this.#storedIndex()).map((summary) => [summary.file, summary]));
    for (const file of files) {
      const summary = known.get(file);
      this.#segments.push(
        summary === undefined
          ? await LogSegment.scanned(this.#folder, file)
          : LogSegment.restored(this.#folder, summary),
      );
    }
    for (const [name, { lastN }] of this.extents()) this.#next.set(name, lastN + 1);
  }

  async #storedIndex(): Promise<readonly SegmentSummary[]> {
    try {
      const { segments } = JSON.parse(unseal(await readFile(join(this.#folder, 'index.json'), 'utf8')));
      return Array.isArray(segments) ? segments : [];
    } catch {
      return []; // none yet, or damaged: the segments are read
    }
  }

  /** Full segments only: what is still written to would be out of date at once. */
  #storeIndex(): Promise<void> {
    const full = this.#segments.filter(({ bytes }) => bytes >= SEGMENT_BYTES).map(({ summary }) => summary);
    return writeWhole(join(this.#folder, 'index.json'), seal(JSON.stringify({ segments: full })));
  }
}

function joined(a: StreamExtent, b: StreamExtent): StreamExtent {
  return {
    firstTimestamp: Math.min(a.firstTimestamp, b.firstTimestamp),
    lastTimestamp: Math.max(a.lastTimestamp, b.lastTimestamp),
    firstIngestion: Math.min(a.firstIngestion, b.firstIngestion),
    lastIngestion: Math.max(a.lastIngestion, b.lastIngestion),
    lastN: Math.max(a.lastN, b.lastN),
  };
}
