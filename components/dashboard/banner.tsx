'use client';

import { useSyncExternalStore } from 'react';
import { ageMs, retryInMs, staleSeconds, useTicking } from '@/components/live/server-clock';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Icon } from '@/components/ui/icon';
import type { Problem } from '@/lib/contract/answers';

function subscribeOnline(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

export function useOnline(): boolean {
  return useSyncExternalStore(
    subscribeOnline,
    () => navigator.onLine,
    () => true,
  );
}

interface BannerProps {
  readonly problem: Problem | null;
  /** True while what is shown ought to be of now. */
  readonly live: boolean;
  /** False before the first data. */
  readonly hasData: boolean;
  readonly onRetry: () => void;
}

/** What is wrong and what mends it. The data below stays, marked by this. */
export function Banner({ problem, live, hasData, onRetry }: BannerProps) {
  const isOnline = useOnline();
  const isStale = useTicking(() => staleSeconds() !== null, false) && live;
  if (isOnline && problem === null && !isStale) return null;
  const words = isOnline
    ? (problem?.message ?? 'The pipeline does not answer.')
    : 'You are offline. The page goes on by itself once you are back.';
  return (
    <div
      data-testid="banner"
      data-kind={isOnline ? (problem?.kind ?? 'stale') : 'offline'}
      className="flex flex-wrap items-start gap-x-4 gap-y-3 rounded-lg border border-error p-4"
    >
      <Icon name="warning" className="mt-0.5 size-4 shrink-0 text-error" />
      <div className="min-w-0 flex-1 basis-72">
        <p role="alert" className="font-medium text-error">
          {words}
        </p>
        <Age hasData={hasData} />
        {problem?.fix != null && (
          <pre className="mt-2 max-w-full overflow-x-auto rounded bg-panel p-3 font-mono text-xs">
            {problem.fix}
          </pre>
        )}
      </div>
      <div className="flex gap-2">
        {problem?.fix != null && (
          <CopyButton look="plain" text={problem.fix}>
            {problem.kind === 'access-denied' ? 'Copy policy' : 'Copy command'}
          </CopyButton>
        )}
        <Button onClick={onRetry}>Retry now</Button>
      </div>
    </div>
  );
}

/** Counts by the second, and is not announced: the alert above it has said what matters. */
function Age({ hasData }: { hasData: boolean }) {
  const age = useTicking(() => seconds(ageMs()), null);
  const retry = useTicking(() => seconds(retryInMs()), null);
  return (
    <p className="text-muted">
      {hasData && age !== null && `Showing data from ${age} s ago. `}
      {retry === null ? 'Trying again by itself.' : `Retrying in ${Math.max(1, retry)} s.`}
    </p>
  );
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms / 1000);
}
