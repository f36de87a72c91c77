import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { isDeleted } from './group-file.ts';
import { LogGroup } from './log-group.ts';
import type { LogSink } from './log-sink.ts';

/** Lines are written together: fifty invocations a second cost five writes. */
const FLUSH_PAUSE_MS = 200;

/** All log groups of a region: a folder a group, an event a line. Function output arrives by `append`, everything else is asked by the API. */
export class LogStore implements LogSink {
  readonly #groups = new Map<string, LogGroup>();
  readonly #creating = new Map<string, Promise<LogGroup>>();
  readonly #closed = new AbortController();
  #flushing: Promise<void> | null = null;
  readonly #folder: string;
  readonly #clock: Clock;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Throws DamagedGroupError. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const entry of await readdir(this.#folder, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const folder = join(this.#folder, entry.name);
      if (isDeleted(entry.name)) {
        await rm(folder, { recursive: true, force: true });
        continue;
      }
      const group = await LogGroup.open(folder);
      if (group !== null) this.#groups.set(group.name, group);
    }
  }

  append(logGroupName: string, logStreamName: string, timestamp: number, message: string): void {
    const event = { logStreamName, timestamp, ingestionTime: this.#clock.now(), message };
    const group = this.#groups.get(logGroupName);
    if (group !== undefined) group.append(event);
    // A disk that refuses the group costs its log, not the function.
    else this.#created(logGroupName).then((created) => created.append(event), ignore);
    this.#flushing ??= this.#clock.sleep(FLUSH_PAUSE_MS, this.#closed.signal).then(async () => {
      this.#flushing = null;
      await this.flush().catch(ignore);
    });
  }

  /** In the order of their names. */
  async groups(): Promise<readonly LogGroup[]> {
    await Promise.allSettled(this.#creating.values());
    return [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async group(logGroupName: string): Promise<LogGroup | null> {
    await this.#creating.get(logGroupName);
    return this.#groups.get(logGroupName) ?? null;
  }

  async createGroup(logGroupName: string): Promise<LogGroup> {
    return this.#created(logGroupName);
  }

  async deleteGroup(logGroupName: string): Promise<void> {
    const group = this.#groups.get(logGroupName);
    this.#groups.delete(logGroupName);
    await group?.delete();
  }

  /** Writes all that waits. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#creating.values());
    await Promise.all([...this.#groups.values()].map((group) => group.flush()));
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.flush();
  }

  #created(logGroupName: string): Promise<LogGroup> {
    const known = this.#creating.get(logGroupName);
    if (known !== undefined) return known;
    const folder = join(this.#folder, folderName(logGroupName));
    const creating = LogGroup.create(folder, logGroupName, this.#clock.now())
      .then((group) => {
        this.#groups.set(logGroupName, group);
        return group;
      })
      .finally(() => this.#creating.delete(logGroupName));
    this.#creating.set(logGroupName, creating);
    return creating;
  }
}

function ignore(): void {}

/**
 * `/aws/lambda/f` is kept in `aws~lambda~f`: readable, and always inside the folder. Names that a file system may confuse
 * or refuse get a digest.
 */
function folderName(logGroupName: string): string {
  const plain = logGroupName.replace(/^\//, '').replaceAll('/', '~');
  const isSafe = /^[a-z0-9_#~-][a-z0-9._#~-]{0,120}$/.test(plain) && logGroupName.startsWith('/');
  if (isSafe) return plain;
  const digest = createHash('sha256').update(logGroupName).digest('hex').slice(0, 16);
  return `${plain.replace(/^\.+/, '').slice(0, 100)}~${digest}`;
}
