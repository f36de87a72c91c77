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

/** The address as state. A change replaces the entry, so that Back leaves the page instead of undoing clicks. */
export function useUrlState(): [UrlState, (change: Partial<UrlState>) => void] {
  const search = useSyncExternalStore(
    subscribe,
    () => window.location.search,
    () => '',
  );
  const change = useCallback((part: Partial<UrlState>) => {
    const next = { ...parseUrlState(window.location.search), ...part };
    window.history.replaceState(null, '', `${window.location.pathname}${serializeUrlState(next)}`);
    for (const listener of listeners) listener();
  }, []);
  return [useMemo(() => parseUrlState(search), [search]), change];
}
