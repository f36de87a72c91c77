import { appendFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type LogEvent, parseLogEvent, serializeLogEvent } from './log-event.ts';

/** What a segment holds of one stream; times in epoch milliseconds. */
export interface StreamExtent {
  readonly firstTimestamp: number;
  readonly lastTimestamp: number;
  readonly firstIngestion: number;
  readonly lastIngestion: number;
  readonly lastN: number;
}

/** A segment without its events: enough to know which queries need to read it. */
export interface SegmentSummary {
  readonly file: string;
  readonly bytes: number;
  readonly streams: Readonly<Record<string, StreamExtent>>;
}

/**
 * A piece of a group's log: a file with an event a line, appended to until it is full. Its summary is in memory, its
 * events are not.
 */
export class LogSegment {
  bytes = 0;
  readonly streams = new Map<string, StreamExtent>();
  /** The file may end in half a line: after a crash, or when a write failed. */
  #torn = false;
  #hasWarned = false;

  readonly #folder: string;

  constructor(
    folder: string,
    readonly file: string,
  ) {
    this.#folder = folder;
  }

  static restored(folder: string, summary: SegmentSummary): LogSegment {
    const segment = new LogSegment(folder, summary.file);
    segment.bytes = summary.bytes;
    for (const [name, extent] of Object.entries(summary.streams)) segment.streams.set(name, extent);
    return segment;
  }

  /** Reads the file to know what it holds. */
  static async scanned(folder: string, file: string): Promise<LogSegment> {
    const segment = new LogSegment(folder, file);
    for (const event of await segment.events()) segment.#note(event);
    segment.bytes = (await stat(segment.path)).size;
    segment.#torn = true;
    return segment;
  }

  get path(): string {
    return join(this.#folder, this.file);
  }

  get summary(): SegmentSummary {
    return { file: this.file, bytes: this.bytes, streams: Object.fromEntries(this.streams) };
  }

  /** Rejects when the disk refuses; what did get written then counts as torn. */
  async append(events: readonly LogEvent[]): Promise<void> {
    const text = events.map(serializeLogEvent).join('');
    try {
      await appendFile(this.path, this.#torn ? `\n${text}` : text);
      this.#torn = false;
    } catch (error) {
      this.#torn = true;
      throw error;
    }
    for (const event of events) this.#note(event);
    this.bytes += Buffer.byteLength(text);
  }

  /** May it hold something of the time (both ends included) and the streams that are asked for? */
  mayHold(startMs: number, endMs: number, wants: (logStreamName: string) => boolean): boolean {
    for (const [name, extent] of this.streams) {
      if (extent.lastTimestamp >= startMs && extent.firstTimestamp <= endMs && wants(name)) return true;
    }
    return false;
  }

  /**
   * In the order they were written. A file that is gone holds nothing. Lines that a crash has torn, or that were damaged
   * since, stay in the file and are passed over; the terminal says so.
   */
  async events(): Promise<readonly LogEvent[]> {
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const events: LogEvent[] = [];
    const unreadable: number[] = [];
    for (const [index, line] of text.split('\n').entries()) {
      const event = parseLogEvent(line);
      if (event !== null) events.push(event);
      else if (line !== '') unreadable.push(index + 1);
    }
    this.#warn(unreadable);
    return events;
  }

  /** Once, not with every query. */
  #warn(unreadable: readonly number[]): void {
    if (unreadable.length === 0 || this.#hasWarned) return;
    this.#hasWarned = true;
    console.warn(`${this.path}: passed over what is torn or damaged, at line ${unreadable.join(', ')}`);
  }

  #note({ logStreamName, timestamp, ingestionTime, n }: LogEvent): void {
    const extent = this.streams.get(logStreamName);
    this.streams.set(logStreamName, {
      firstTimestamp: Math.min(timestamp, extent?.firstTimestamp ?? timestamp),
      lastTimestamp: Math.max(timestamp, extent?.lastTimestamp ?? timestamp),
      firstIngestion: Math.min(ingestionTime, extent?.firstIngestion ?? ingestionTime),
      lastIngestion: Math.max(ingestionTime, extent?.lastIngestion ?? ingestionTime),
      lastN: Math.max(n, extent?.lastN ?? n),
    });
  }
}
