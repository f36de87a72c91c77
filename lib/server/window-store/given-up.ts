import 'server-only';
import { FAILURES_PREFIX, parseFailureKey } from '../../core/failure-key.ts';
import { MAX_FAILURE_CHARACTERS, missingIn, parseFailure } from '../../core/failure-record.ts';
import { type Lack, UNREAD, UNREADABLE, type WindowLack } from '../../core/lack.ts';
import { windowStartMs } from '../../core/window.ts';
import type { WindowPart } from '../../core/window-part.ts';
import { resultOf } from '../../core/window-result.ts';
import { eachOf, type ListedObject, type ObjectReader, type ReadObject } from './object-reader.ts';

/** What a LIST answers with. */
const PAGE_KEYS = 1000;
/** In a round: each may have some megabytes, and whoever asks is waiting. */
const READ_AT_MOST = 16;
const AT_ONCE = 2;
const MAX_BYTES = 2 * MAX_FAILURE_CHARACTERS;

interface Failure {
  /** Of the window that it is missing in, or, where that is not known, when it was given up. Epoch ms. */
  readonly timeMs: number;
  readonly lack: Lack;
  /** What a final would have written: it is missing until a result holds it. Null for records. */
  readonly part: WindowPart | null;
}

/**
 * What Lambda gave up after all attempts: its failure records, without the mark that they are back. They are found by
 * listing; each is read once, the newest first.
 */
export class GivenUp {
  /** Changes with what `lacks` answers. */
  version = 0;
  /** How many LISTs the last listing took, or null before it. */
  pages: number | null = null;
  readonly #reader: ObjectReader;
  readonly #failures = new Map<string, Failure>();

  constructor(reader: ObjectReader) {
    this.#reader = reader;
  }

  /** Lists what there is, and reads some of what is new. Throws what the reader throws. */
  async refresh(): Promise<void> {
    const { objects } = await this.#reader.list(FAILURES_PREFIX);
    this.pages = Math.ceil((objects.length + 1) / PAGE_KEYS);
    const back = new Set<string>();
    const open: (ListedObject & { readonly timeMs: number })[] = [];
    for (const object of objects) {
      const parsed = parseFailureKey(object.key);
      if (parsed?.kind === 'redriven') back.add(parsed.key);
      if (parsed?.kind === 'failure') open.push({ ...object, timeMs: parsed.timeMs });
    }
    const missing = new Map(open.filter(({ key }) => !back.has(key)).map((each) => [each.key, each]));
    for (const key of [...this.#failures.keys()]) if (!missing.has(key)) this.#change(key, null);
    for (const { key, timeMs } of missing.values()) {
      if (!this.#failures.has(key)) this.#change(key, { timeMs, lack: UNREAD, part: null });
    }
    const unread = [...missing.values()]
      .filter(({ key }) => this.#failures.get(key)?.lack === UNREAD)
      .sort((a, b) => b.timeMs - a.timeMs)
      .slice(0, READ_AT_MOST);
    await eachOf(unread, AT_ONCE, async (object) => {
      const read = await this.#reader.get(object.key, { maxBytes: MAX_BYTES });
      const { key, timeMs } = object;
      if (typeof read !== 'string') this.#change(key, failureIn(read, timeMs));
      else this.#change(key, read === 'gone' ? null : { timeMs, lack: UNREADABLE, part: null });
    });
  }

  /** The same wherever the same is known of it. */
  get digest(): string {
    return Array.from(this.#failures, ([key, { lack }]) => `${key} ${JSON.stringify(lack)}`)
      .sort()
      .join();
  }

  /** What finals would have written. */
  parts(): WindowPart[] {
    return [...this.#failures.values()].flatMap(({ part }) => part ?? []);
  }

  /** Of windows that start in [fromMs, toMs), as far as no result holds it by now. */
  lacks(
    fromMs: number,
    toMs: number,
    windowSeconds: number,
    isHeld: (part: WindowPart) => boolean,
  ): WindowLack[] {
    return [...this.#failures.values()].flatMap(({ timeMs, lack, part }) => {
      const startMs = windowStartMs(timeMs, windowSeconds);
      if (startMs < fromMs || startMs >= toMs) return [];
      if (part !== null && isHeld(part)) return [];
      return [{ startMs, ...lack }];
    });
  }

  #change(key: string, failure: Failure | null): void {
    if (failure === null) this.#failures.delete(key);
    else this.#failures.set(key, failure);
    this.version += 1;
  }
}

/** `timeMs`: when it was given up; it stands in where the object does not say its window. */
function failureIn(object: ReadObject, timeMs: number): Failure {
  try {
    const failure = parseFailure(object.text);
    const records = failure.batch?.recordCount ?? 0;
    const window = failure.window?.window ?? null;
    const startMs = window?.startMs ?? failure.batch?.firstArrivalMs ?? timeMs;
    const lack = (givenUpRecords: number, givenUpCents: number | null): Lack => ({
      unreadable: 0,
      unread: 0,
      givenUpRecords,
      givenUpCents,
    });
    try {
      const { recordCount, rejected, salesCents, ...rest } = missingIn(failure);
      const aggregate = { recordCount, rejected, salesCents, ...rest };
      const result =
        failure.window?.final === true && window !== null
          ? resultOf(aggregate, window, failure.shardId, failure.window.early)
          : null;
      const { key, size, lastModifiedMs } = object;
      const part = result === null ? null : { key, size, lastModifiedMs, ...result, inferred: false };
      return { timeMs: startMs, lack: lack(recordCount + rejected, salesCents), part };
    } catch {
      return { timeMs: startMs, lack: lack(records, null), part: null }; // what another consumer counts
    }
  } catch {
    return { timeMs, lack: UNREADABLE, part: null };
  }
}
