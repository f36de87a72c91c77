import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { parseUrlState, serializeUrlState, type UrlState } from '@/components/live/url-state';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

/** How many entries of the browser's history lie before this one on this page: Back undoes what made it. */
export function stepsBack(): number {
  const state: unknown = window.history.state;
  const steps = typeof state === 'object' && state !== null && 'steps' in state ? state.steps : 0;
  return typeof steps === 'number' ? steps : 0;
}

/** Makes what is shown now an entry of its own, which Back returns to from whatever it is changed to. */
export function leaveStep(): void {
  window.history.pushState({ steps: stepsBack() + 1 }, '', window.location.href);
}

/**
 * The address as state. A change replaces the entry, so that Back does not undo every click; a step is left before one it
 * should. `onServer`: the address's query as the server was asked with it.
 */
export function useUrlState(onServer = ''): [UrlState, (change: Partial<UrlState>) => void] {
  const search = useSyncExternalStore(
    subscribe,
    () => window.location.search,
    () => onServer,
  );
  const change = useCallback((part: Partial<UrlState>) => {
    const next = { ...parseUrlState(window.location.search), ...part };
    window.history.replaceState(
      { steps: stepsBack() },
      '',
      `${window.location.pathname}${serializeUrlState(next)}`,
    );
    for (const listener of listeners) listener();
  }, []);
  return [useMemo(() => parseUrlState(search), [search]), change];
}
