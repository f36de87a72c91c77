import { useMemo, useSyncExternalStore } from 'react';
import { readStored, store } from '@/components/ui/browser-storage';
import type { TracesAnswer } from '@/lib/contract/answers';
import { type Click, dueMs, parseClicks, sharesOf, type WindowTimes } from '@/lib/contract/click';

const KEY = 'clicks';
/** Some hundred kilobytes of storage at most. */
const MAX_CLICKS = 300;
const NONE: readonly Click[] = [];

let clicks: readonly Click[] | null = null;
let lent: readonly Click[] | null = null;
const listeners = new Set<() => void>();

function read(): readonly Click[] {
  clicks ??= parseClicks(readStored(KEY));
  return clicks;
}

function write(next: readonly Click[]): void {
  clicks = next.slice(0, MAX_CLICKS);
  store(KEY, JSON.stringify(clicks));
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}

/** Shows clicks of a replay in place of the browser's own, which stay as they are; null shows its own again. */
export function lendClicks(of: readonly Click[] | null): void {
  lent = of;
  tell();
}

function onStorage(event: StorageEvent): void {
  if (event.key !== KEY && event.key !== null) return;
  clicks = null;
  tell();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('storage', onStorage);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('storage', onStorage);
  };
}

/** Puts a click before all others. */
export function addClick(click: Click): void {
  write([click, ...read()]);
}

/** Notes where clicks' records are now; nothing happens when nothing is new. */
export function noteTraces({ traces, readMs }: TracesAnswer, times: WindowTimes): void {
  let isNew = false;
  const next = read().map((click) => {
    const trace = traces[click.receipt?.requestId ?? ''];
    if (trace === undefined) return click;
    const found = { shares: sharesOf(trace), overdue: readMs > dueMs(click, times) };
    const isKnown =
      JSON.stringify(found) === JSON.stringify({ shares: click.shares, overdue: click.overdue });
    if (isKnown) return click;
    isNew = true;
    return { ...click, ...found };
  });
  if (isNew) write(next);
}

export function forgetClicks(place: string): void {
  write(read().filter((click) => click.place !== place));
}

/** Newest first; empty while rendered on the server. */
export function useClicks(place: string | null): readonly Click[] {
  const all = useSyncExternalStore(
    subscribe,
    () => lent ?? read(),
    () => NONE,
  );
  return useMemo(() => all.filter((click) => click.place === place), [all, place]);
}
