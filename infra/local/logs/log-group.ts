import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { seal, unseal } from '../sealed-text.ts';
import { inOrder, type LogEvent, serializeLogEvent } from './log-event.ts';
import { LogSegment, type SegmentSummary, type StreamExtent } from './log-segment.ts';

/** What a group keeps: 64 files of a megabyte. The oldest goes when a new one begins. */
export const segmentBytes = 1_048_576;
export const keptSegments = 64;

/** Lines that wait for the disk. More than this, and the oldest are dropped: a full disk must not fill the memory. */
const mostPending = 50_000;

/** What is known of a group besides its events; stored as it is. */
interface GroupFile {
  readonly logGroupName: string;
  readonly creationTime: number;
  readonly retentionInDays?: number;
  /** Streams that were created by name, with the time; others exist by their events. */
  readonly createdStreams: Readonly<Record<string, number>>;
}

export interface LogStreamDescription {
  readonly logStreamName: string;
  readonly creationTime: number;
  readonly firstEventTimestamp?: number;
  readonly lastEventTimestamp?: number;
  readonly lastIngestionTime?: number;
}

/** No group's folder begins like this. */
const DELETED_PREFIX = '.deleted-';

/** A folder whose deletion was under way when the process ended. */
export const isDeleted = (folderName: string) => folderName.startsWith(DELETED_PREFIX);

/** Thrown at the start for a group whose description was damaged or lost. */
export class DamagedGroupError extends Error {
  override name = 'DamagedGroupError' as const;

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `Expected ${file} to describe a log group, got: ${reason}. Restore the file, or delete its folder: what the function has logged is lost then.`,
      { cause },
    );
  }
}

type PendingEvent = Omit<LogEvent, 'n'>;

/** A log group: a folder with segments of events, an index of the full ones, and `group.json`. */
export class LogGroup {
  #segments: LogSegment[] = [];
  #next = new Map<string, number>();
  #pending: PendingEvent[] = [];
  #loading: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private about: GroupFile,
  ) {}

  static async create(folder: string, logGroupName: string, creationTime: number): Promise<LogGroup> {
    const group = new LogGroup(folder, { logGroupName, creationTime, createdStreams: {} });
    await group.#store();
    return group;
  }

  /**
   * Undefined when the folder holds no group and no events. Reads the segments only when they are asked for. Throws
   * DamagedGroupError.
   */
  static async open(folder: string): Promise<LogGroup | undefined> {
    const file = join(folder, 'group.json');
    try {
      const about: GroupFile = JSON.parse(unseal(await readFile(file, 'utf8')));
      return new LogGroup(folder, about);
    } catch (error) {
      if ((await readdir(folder)).some((name) => name === 'group.json' || name.endsWith('.ndjson'))) {
        throw new DamagedGroupError(file, error);
      }
      return undefined; // a crash came in the middle of its creation
    }
  }

  get name(): string {
    return this.about.logGroupName;
  }

  get creationTime(): number {
    return this.about.creationTime;
  }

  get retentionInDays(): number | undefined {
    return this.about.retentionInDays;
  }

  async retain(days: number | undefined): Promise<void> {
    const { retentionInDays: _, ...rest } = this.about;
    this.about = days === undefined ? rest : { ...rest, retentionInDays: days };
    await this.#store();
  }

  async storedBytes(): Promise<number> {
    await this.flush();
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Takes the event at once; it is on disk after the next flush. */
  append(event: PendingEvent): void {
    if (this.#pending.length >= mostPending) this.#pending.splice(0, mostPending / 10);
    this.#pending.push(event);
  }

  /** Writes what waits. Rejects when the disk refuses: then it goes on waiting. */
  flush(): Promise<void> {
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write());
    return this.#writing;
  }

  async createStream(logStreamName: string, creationTime: number): Promise<void> {
    const createdStreams = { ...this.about.createdStreams, [logStreamName]: creationTime };
    this.about = { ...this.about, createdStreams };
    await this.#store();
  }

  /** The events go with it. */
  async deleteStream(logStreamName: string): Promise<void> {
    await this.flush();
    const { [logStreamName]: _, ...createdStreams } = this.about.createdStreams;
    this.about = { ...this.about, createdStreams };
    await this.#store();
    this.#segments = await Promise.all(
      this.#segments.map(async (segment) => {
        if (!segment.streams.has(logStreamName)) return segment;
        const kept = (await segment.events()).filter((event) => event.logStreamName !== logStreamName);
        await writeWhole(segment.path, kept.map(serializeLogEvent).join(''));
        return LogSegment.scanned(this.folder, segment.file);
      }),
    );
    this.#next.delete(logStreamName);
    await this.#storeIndex();
  }

  /** In the order of their names. */
  async streams(): Promise<readonly LogStreamDescription[]> {
    await this.flush();
    const extents = new Map<string, StreamExtent>();
    for (const segment of this.#segments) {
      for (const [name, extent] of segment.streams) {
        const known = extents.get(name);
        extents.set(name, known === undefined ? extent : joined(known, extent));
      }
    }
    const names = [...new Set([...Object.keys(this.about.createdStreams), ...extents.keys()])].sort();
    return names.map((logStreamName) => {
      const extent = extents.get(logStreamName);
      const created = this.about.createdStreams[logStreamName];
      return {
        logStreamName,
        creationTime: created ?? extent?.firstIngestion ?? this.creationTime,
        ...(extent === undefined
          ? {}
          : {
              firstEventTimestamp: extent.firstTimestamp,
              lastEventTimestamp: extent.lastTimestamp,
              lastIngestionTime: extent.lastIngestion,
            }),
      };
    });
  }

  async hasStream(logStreamName: string): Promise<boolean> {
    if (logStreamName in this.about.createdStreams) return true;
    await this.flush();
    return this.#segments.some(({ streams }) => streams.has(logStreamName));
  }

  /** All events of a time (both ends included) and of some streams, in order. */
  async events(
    startMs: number,
    endMs: number,
    wants: (logStreamName: string) => boolean,
  ): Promise<readonly LogEvent[]> {
    await this.flush();
    const found: LogEvent[] = [];
    for (const segment of this.#segments) {
      if (!segment.mayHold(startMs, endMs, wants)) continue;
      for (const event of await segment.events()) {
        if (event.timestamp >= startMs && event.timestamp <= endMs && wants(event.logStreamName))
          found.push(event);
      }
    }
    return found.sort(inOrder);
  }

  async delete(): Promise<void> {
    this.#pending = [];
    await this.#writing.catch(() => {});
    const grave = join(dirname(this.folder), `${DELETED_PREFIX}${randomUUID()}`);
    await rename(this.folder, grave);
    await rm(grave, { recursive: true, force: true });
  }

  async #write(): Promise<void> {
    this.#loading ??= this.#load();
    await this.#loading;
    while (this.#pending.length > 0) {
      const batch = this.#pending
        .slice(0, 1_000)
        .map((event) => ({ ...event, n: this.#number(event.logStreamName) }));
      const segment = await this.#open();
      try {
        await segment.append(batch);
      } catch (error) {
        for (const { logStreamName, n } of batch.toReversed()) this.#next.set(logStreamName, n);
        throw error;
      }
      this.#pending.splice(0, batch.length);
    }
  }

  #number(logStreamName: string): number {
    const n = this.#next.get(logStreamName) ?? 0;
    this.#next.set(logStreamName, n + 1);
    return n;
  }

  /** The segment that takes the next events. */
  async #open(): Promise<LogSegment> {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.bytes < segmentBytes) return last;
    const segment = new LogSegment(
      this.folder,
      `${String(numberOf(last?.file) + 1).padStart(6, '0')}.ndjson`,
    );
    while (this.#segments.length >= keptSegments) {
      const oldest = this.#segments.shift();
      if (oldest !== undefined) await rm(oldest.path, { force: true });
    }
    await this.#storeIndex();
    this.#segments.push(segment);
    return segment;
  }

  /** Full segments are known from the index; those that a crash kept out of it, and the last one, are read. */
  async #load(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const files = (await readdir(this.folder)).filter((file) => file.endsWith('.ndjson')).sort();
    const known = new Map((await this.#storedIndex()).map((summary) => [summary.file, summary]));
    for (const file of files) {
      const summary = known.get(file);
      this.#segments.push(
        summary === undefined
          ? await LogSegment.scanned(this.folder, file)
          : LogSegment.restored(this.folder, summary),
      );
    }
    for (const { streams } of this.#segments) {
      for (const [name, { lastN }] of streams)
        this.#next.set(name, Math.max(lastN + 1, this.#next.get(name) ?? 0));
    }
  }

  async #storedIndex(): Promise<readonly SegmentSummary[]> {
    try {
      const { segments } = JSON.parse(unseal(await readFile(join(this.folder, 'index.json'), 'utf8')));
      return Array.isArray(segments) ? segments : [];
    } catch {
      return []; // none yet, or damaged: the segments are read
    }
  }

  /** Full segments only: what is still written to would be out of date at once. */
  #storeIndex(): Promise<void> {
    const full = this.#segments.filter(({ bytes }) => bytes >= segmentBytes).map(({ summary }) => summary);
    return writeWhole(join(this.folder, 'index.json'), seal(JSON.stringify({ segments: full })));
  }

  async #store(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeWhole(join(this.folder, 'group.json'), seal(JSON.stringify(this.about, null, 2)));
  }
}

const numberOf = (file: string | undefined) => Number.parseInt(file ?? '0', 10);

const joined = (a: StreamExtent, b: StreamExtent): StreamExtent => ({
  firstTimestamp: Math.min(a.firstTimestamp, b.firstTimestamp),
  lastTimestamp: Math.max(a.lastTimestamp, b.lastTimestamp),
  firstIngestion: Math.min(a.firstIngestion, b.firstIngestion),
  lastIngestion: Math.max(a.lastIngestion, b.lastIngestion),
  lastN: Math.max(a.lastN, b.lastN),
});

async function writeWhole(file: string, content: string): Promise<void> {
  await writeFile(`${file}.partial`, content);
  await rename(`${file}.partial`, file);
}
