import { deleteGroupFolder, type GroupFile, readGroupFile, writeGroupFile } from './group-file.ts';
import { inOrder, type LogEvent } from './log-event.ts';
import { LogSegments } from './log-segments.ts';

/** Lines that wait for the disk. More than this, and the oldest are dropped: a full disk must not fill the memory. */
const MOST_PENDING = 50_000;
const BATCH_EVENTS = 1_000;

export interface LogStreamDescription {
  readonly logStreamName: string;
  readonly creationTime: number;
  readonly firstEventTimestamp?: number;
  readonly lastEventTimestamp?: number;
  readonly lastIngestionTime?: number;
}

type PendingEvent = Omit<LogEvent, 'n'>;

/** A log group: a folder with `group.json` and the files of its events. */
export class LogGroup {
  readonly #folder: string;
  readonly #segments: LogSegments;
  #about: GroupFile;
  #pending: PendingEvent[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(folder: string, about: GroupFile) {
    this.#folder = folder;
    this.#about = about;
    this.#segments = new LogSegments(folder);
  }

  static async create(folder: string, logGroupName: string, creationTime: number): Promise<LogGroup> {
    const about = { logGroupName, creationTime, createdStreams: {} };
    await writeGroupFile(folder, about);
    return new LogGroup(folder, about);
  }

  /** Null when the folder holds no group. Reads the events' files only when they are asked for. Throws DamagedGroupError. */
  static async open(folder: string): Promise<LogGroup | null> {
    const about = await readGroupFile(folder);
    return about === null ? null : new LogGroup(folder, about);
  }

  get name(): string {
    return this.#about.logGroupName;
  }

  get creationTime(): number {
    return this.#about.creationTime;
  }

  /** Null: for ever. */
  get retentionInDays(): number | null {
    return this.#about.retentionInDays ?? null;
  }

  async retain(days: number | null): Promise<void> {
    const { retentionInDays: _, ...rest } = this.#about;
    await this.#change(days === null ? rest : { ...rest, retentionInDays: days });
  }

  async storedBytes(): Promise<number> {
    await this.flush();
    return this.#segments.bytes;
  }

  /** Takes the event at once; it is on disk after the next flush. */
  append(event: PendingEvent): void {
    if (this.#pending.length >= MOST_PENDING) this.#pending.splice(0, MOST_PENDING / 10);
    this.#pending.push(event);
  }

  /** Writes what waits. Rejects when the disk refuses: then it goes on waiting. */
  flush(): Promise<void> {
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write());
    return this.#writing;
  }

  async createStream(logStreamName: string, creationTime: number): Promise<void> {
    const createdStreams = { ...this.#about.createdStreams, [logStreamName]: creationTime };
    await this.#change({ ...this.#about, createdStreams });
  }

  /** The events go with it. */
  async deleteStream(logStreamName: string): Promise<void> {
    await this.flush();
    const { [logStreamName]: _, ...createdStreams } = this.#about.createdStreams;
    await this.#change({ ...this.#about, createdStreams });
    await this.#segments.deleteStream(logStreamName);
  }

  /** In the order of their names. */
  async streams(): Promise<LogStreamDescription[]> {
    await this.flush();
    const extents = this.#segments.extents();
    const names = [...new Set([...Object.keys(this.#about.createdStreams), ...extents.keys()])].sort();
    return names.map((logStreamName) => {
      const extent = extents.get(logStreamName);
      const created = this.#about.createdStreams[logStreamName];
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
    if (Object.hasOwn(this.#about.createdStreams, logStreamName)) return true;
    await this.flush();
    return this.#segments.hasStream(logStreamName);
  }

  /** All events of a time (both ends included) and of some streams, in order. */
  async events(
    startMs: number,
    endMs: number,
    wants: (logStreamName: string) => boolean,
  ): Promise<readonly LogEvent[]> {
    await this.flush();
    return (await this.#segments.events(startMs, endMs, wants)).sort(inOrder);
  }

  async delete(): Promise<void> {
    this.#pending = [];
    await this.#writing.catch(() => {});
    await deleteGroupFolder(this.#folder);
  }

  async #write(): Promise<void> {
    await this.#segments.load();
    while (this.#pending.length > 0) {
      const batch = this.#pending.slice(0, BATCH_EVENTS);
      await this.#segments.append(batch);
      this.#pending.splice(0, batch.length);
    }
  }

  async #change(about: GroupFile): Promise<void> {
    this.#about = about;
    await writeGroupFile(this.#folder, about);
  }
}
