'use client';

import { useSyncExternalStore } from 'react';
import { Button } from '@/components/ui/button';
import type { Problem } from '@/lib/answers';
import { silenceMs, useServerNow } from '@/lib/server-clock';

/** Well under 15 s, and more than two polls: one slow answer is no alarm. */
const STALE_MS = 12_000;

function subscribeOnline(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

/** What is wrong and what mends it. The data below stays, marked by this. */
export function Banner({
  problem,
  live,
  onRetry,
}: {
  problem: Problem | null;
  live: boolean;
  onRetry: () => void;
}) {
  const now = useServerNow();
  const online = useSyncExternalStore(
    subscribeOnline,
    () => navigator.onLine,
    () => true,
  );
  const silence = now === 0 ? null : silenceMs();
  const stale = live && silence !== null && silence > STALE_MS;
  if (online && problem === null && !stale) return null;
  const age = silence === null ? '' : ` Showing data from ${Math.round(silence / 1000)} s ago.`;
  return (
    <div className="flex flex-col items-start gap-3 rounded border border-error p-4">
      <p role="alert" className="text-error">
        {!online ? 'You are offline.' : (problem?.message ?? 'Stale: the pipeline does not answer.')}
        {problem?.action != null &&
          ` Not allowed: ${problem.action} on ${problem.resource ?? 'an unnamed resource'}.`}
      </p>
      {stale && <p>{age}</p>}
      {problem?.fix != null && (
        <>
          <pre className="max-w-full overflow-x-auto font-mono text-xs">{problem.fix}</pre>
          <Button onClick={() => void navigator.clipboard.writeText(problem.fix ?? '')}>Copy the fix</Button>
        </>
      )}
      <Button onClick={onRetry}>Retry now</Button>
    </div>
  );
}
