import 'server-only';
import { LIVE_PREFIX } from '../../core/object-key.ts';
import { compareSequenceNumbers } from '../../core/sequence-order.ts';
import { uncovered } from '../../core/slots.ts';
import { parseSnapshot, type WindowPart } from '../../core/window-part.ts';
import { MalformedResultError } from '../../core/window-result.ts';
import { eachOf, type ObjectReader } from './object-reader.ts';
import { MAX_RESULT_BYTES } from './partition.ts';

/** A LIST costs as much as some twelve GETs, and answers for all shards at once. */
const MAX_POLLED = 12;
const AT_ONCE = 16;
/** Windows that were given up, at most: far more than one looks at. */
const MAX_SUPERSEDED = 100;

/**
 * The open snapshots, one object a shard, overwritten as its window grows. The last one of a window is remembered when the
 * next window's takes its place: its sales are known to be somewhere until a result holds them.
 */
export class Snapshots {
  /** Changes with what `parts` answers. */
  version = 0;
  readonly #reader: ObjectReader;
  readonly #current = new Map<string, { readonly etag: string; readonly part: WindowPart | null }>();
  #superseded: WindowPart[] = [];

  constructor(reader: ObjectReader) {
    this.#reader = reader;
  }

  /** How many shards have had a snapshot. */
  get size(): number {
    return this.#current.size;
  }

  parts(): WindowPart[] {
    return [...this.#superseded, ...Array.from(this.#current.values(), ({ part }) => part ?? []).flat()];
  }

  /** Asks for as little as there is to ask for, and learns nothing by it but that S3 answers. Throws what the reader throws. */
  async ask(): Promise<void> {
    await this.#reader.list(LIVE_PREFIX, { pages: 1, pageSize: 1 });
  }

  /** Learns which shards there are, and reads what has changed. Throws what the reader throws. */
  async list(): Promise<void> {
    const { objects } = await this.#reader.list(LIVE_PREFIX);
    const present = new Set(objects.map(({ key }) => key));
    for (const key of [...this.#current.keys()]) if (!present.has(key)) this.#forget(key);
    const changed = objects.filter(({ key, etag }) => this.#current.get(key)?.etag !== etag);
    await eachOf(changed, AT_ONCE, ({ key }) => this.#read(key));
  }

  /** Reads the snapshots of the known shards, as far as they have changed. Throws what the reader throws. */
  async poll(): Promise<void> {
    if (this.#current.size > MAX_POLLED) return this.list();
    await eachOf([...this.#current.keys()], AT_ONCE, (key) => this.#read(key));
  }

  /** Forgets what the results hold by now. */
  prune(results: readonly WindowPart[]): void {
    const left = uncovered(results, this.#superseded).slice(-MAX_SUPERSEDED);
    if (left.length === this.#superseded.length) return;
    this.#superseded = left;
    this.version += 1;
  }

  async #read(key: string): Promise<void> {
    const known = this.#current.get(key);
    const read = await this.#reader.get(key, { etag: known?.etag, maxBytes: MAX_RESULT_BYTES });
    if (read === 'same') return;
    if (typeof read === 'string') return this.#forget(key);
    let part: WindowPart | null = null;
    try {
      part = parseSnapshot(read, read.text);
    } catch (error) {
      if (!(error instanceof MalformedResultError)) throw error;
    }
    const before = known?.part ?? null;
    if (before !== null && part !== null && !isSameRun(before, part)) {
      this.#superseded = [...this.#superseded, before].filter((each) => !isFoldedAgain(each, part));
    }
    this.#current.set(key, { etag: read.etag, part });
    this.version += 1;
  }

  #forget(key: string): void {
    const shardId = this.#current.get(key)?.part?.shardId;
    this.#current.delete(key);
    this.#superseded = this.#superseded.filter((part) => part.shardId !== shardId);
    this.version += 1;
  }
}

function isSameRun(a: WindowPart, b: WindowPart): boolean {
  return a.window.startMs === b.window.startMs && a.firstSequenceNumber === b.firstSequenceNumber;
}

/** When the windows' length changes, the consumer gets the open window's records once more, in other windows. */
function isFoldedAgain({ shardId, lastSequenceNumber: last }: WindowPart, by: WindowPart): boolean {
  const first = by.firstSequenceNumber;
  return (
    shardId === by.shardId && last !== null && first !== null && compareSequenceNumbers(first, last) <= 0
  );
}
