'use client';

import { useEffect, useSyncExternalStore } from 'react';

/** What came of something that a person did, in words. */
export interface Said {
  readonly words: string;
  readonly ok: boolean;
}

const SHOWN_MS = 8000;

let said: Said | null = null;
const listeners = new Set<() => void>();

/** Shows words for a while, in place of those before. */
export function say(next: Said | null): void {
  said = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The one place for such words, under the top bar: nothing is pressed there. Stands once on the page. */
export function Notice() {
  const shown = useSyncExternalStore(
    subscribe,
    () => said,
    () => null,
  );
  useEffect(() => {
    if (shown === null) return;
    const timer = setTimeout(() => say(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-4 top-16 z-30 flex justify-center print:hidden"
    >
      {shown !== null && (
        <p
          data-testid="notice"
          className={`pointer-events-auto max-w-xl rounded-md border bg-bg px-4 py-2 shadow-lg ${shown.ok ? 'border-control' : 'border-error text-error'}`}
        >
          {shown.words}{' '}
          <button type="button" className="min-h-6 underline" onClick={() => say(null)}>
            Dismiss
          </button>
        </p>
      )}
    </div>
  );
}
