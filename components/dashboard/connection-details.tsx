import type { Connection } from '@/components/live/page-data';
import { ageMs, clockSkewSeconds, useTicking } from '@/components/live/server-clock';

/** How the page comes to its data, and whose clock it goes by. */
export function ConnectionDetails({ answer, paused, isStreaming }: Connection) {
  const age = useTicking(() => Math.round((ageMs() ?? 0) / 1000), 0);
  const skew = useTicking(clockSkewSeconds, 0);
  const source = paused
    ? 'nothing, while paused'
    : answer?.live === false
      ? 'one read; a past range does not change'
      : isStreaming
        ? 'live stream, and polling'
        : 'polling';
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
      <dt className="text-muted">Last heard</dt>
      <dd>{answer === null ? 'not yet' : `${age} s ago`}</dd>
      <dt className="text-muted">Through</dt>
      <dd>{source}</dd>
      <dt className="text-muted">Clock</dt>
      <dd>
        {skew === 0
          ? 'right'
          : `yours is ${Math.abs(skew)} s ${skew > 0 ? 'ahead' : 'behind'}; the page follows the server's`}
      </dd>
    </dl>
  );
}
