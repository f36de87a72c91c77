import { useSyncExternalStore } from 'react';
import type { RuntimeAction } from '@/lib/contract/runtime-answer';

/** What can be broken, or mended, on purpose. */
export type Fault = Exclude<RuntimeAction, 'time-lapse' | 'real-time' | 'reset' | 'demo-day' | 'redrive'>;

/** Something that was done to the pipeline from this page. */
export interface Deed {
  readonly fault: Fault;
  /** What the runtime said to it. */
  readonly words: string;
  readonly atMs: number;
}

const MAX_DEEDS = 50;
const NONE: readonly Deed[] = [];

let deeds = NONE;
const listeners = new Set<() => void>();

export function noteDeed(deed: Deed): void {
  deeds = [deed, ...deeds].slice(0, MAX_DEEDS);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Newest first; until the page is loaded anew. */
export function useDeeds(): readonly Deed[] {
  return useSyncExternalStore(
    subscribe,
    () => deeds,
    () => NONE,
  );
}
