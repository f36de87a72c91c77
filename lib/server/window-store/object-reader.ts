import 'server-only';
import type { StoredObject } from '../../core/window-part.ts';

export interface ListedObject extends StoredObject {
  readonly etag: string;
}

export interface Listing {
  readonly objects: readonly ListedObject[];
  /** Common prefixes, when a delimiter was given. */
  readonly prefixes: readonly string[];
}

export interface ListOptions {
  readonly startAfter?: string;
  readonly delimiter?: string;
  /** Ends it early, for those who need the first keys only. */
  readonly pages?: number;
  readonly pageSize?: number;
}

export interface ReadObject extends ListedObject {
  readonly text: string;
  readonly contentType: string;
}

export interface GetOptions {
  /** Of more than that nothing is read. */
  readonly maxBytes: number;
  /** What is known already is not read again. */
  readonly etag?: string | undefined;
  /** Lets those before that are waited for. */
  readonly patient?: boolean;
}

/** Why there is nothing to read. */
export type NotRead = 'gone' | 'same' | 'too-large';

/** How the store reads its bucket. What fails is thrown, and whoever made the store says what it means. */
export interface ObjectReader {
  /** All pages below a prefix, in key order. */
  list(prefix: string, options?: ListOptions): Promise<Listing>;
  /** One object as text. */
  get(key: string, options: GetOptions): Promise<ReadObject | NotRead>;
}

/** Many small objects are read at once; as many connections are kept. */
export const OBJECTS_AT_ONCE = 64;

/** Does something to each item, a bounded number of them at once; after the first error no more are begun. */
export async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  let isFailed = false;
  const worker = async () => {
    for (const item of queue) {
      if (isFailed) return;
      await act(item).catch((error: unknown) => {
        isFailed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
