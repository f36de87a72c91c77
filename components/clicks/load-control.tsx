'use client';

import { useState } from 'react';
import { KEEP_SELLING_MS, type Stopped, useKeepSelling } from '@/components/clicks/use-keep-selling';
import type { RecordCount } from '@/components/clicks/use-sales';
import { useServerNow } from '@/components/live/server-clock';
import { Disclosure } from '@/components/ui/disclosure';
import { countdown } from '@/components/ui/format';
import { Switch } from '@/components/ui/switch';
import { useNarrow } from '@/components/ui/use-narrow';

const EVERY = [
  [1000, 'every second'],
  [2000, 'every 2 s'],
  [5000, 'every 5 s'],
  [15_000, 'every 15 s'],
] as const;

const STOPPED_WORDS: Readonly<Record<Stopped, string>> = {
  time: 'Stopped by itself after 10 minutes.',
  hidden: 'Stopped: the page was hidden.',
  failure: 'Stopped: it failed twice in a row.',
};

interface LoadControlProps {
  readonly count: RecordCount;
  readonly onCount: (count: RecordCount) => void;
  readonly send: () => Promise<boolean>;
}

/** How many records a click sends, and selling on by itself, within bounds. */
export function LoadControl({ count, onCount, send }: LoadControlProps) {
  const [everyMs, setEveryMs] = useState<number>(2000);
  const { untilMs, stopped, toggle } = useKeepSelling(send, everyMs);
  const isNarrow = useNarrow();
  const words = count === null ? 'random, 1–300' : String(count);
  const controls = (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <label className="flex min-w-54 flex-1 items-center gap-2">
        Records
        <input
          type="range"
          min={0}
          max={300}
          value={count ?? 0}
          aria-valuetext={words}
          onChange={(event) => onCount(Number(event.target.value) || null)}
          className="h-6 w-0 min-w-12 flex-1 accent-settled"
        />
        <span className="min-w-23 whitespace-nowrap text-muted">{words}</span>
      </label>
      <div className="flex flex-wrap items-center gap-2">
        <Switch label="Keep selling" checked={untilMs !== null} onChange={toggle} />
        {untilMs !== null && (
          <select
            aria-label="Rate"
            value={everyMs}
            onChange={(event) => setEveryMs(Number(event.target.value))}
            className="min-h-8 rounded border border-control bg-bg px-2"
          >
            {EVERY.map(([ms, label]) => (
              <option key={ms} value={ms}>
                {label}
              </option>
            ))}
          </select>
        )}
        <span className="text-muted text-xs">
          {untilMs !== null ? <StopsIn untilMs={untilMs} /> : stopped !== null && STOPPED_WORDS[stopped]}
        </span>
      </div>
    </div>
  );
  return (
    <div data-secondary>
      {isNarrow ? (
        <Disclosure
          initiallyOpen={untilMs !== null}
          summary={<span className="text-muted text-xs">How many, and keep selling</span>}
        >
          {controls}
        </Disclosure>
      ) : (
        controls
      )}
    </div>
  );
}

function StopsIn({ untilMs }: { untilMs: number }) {
  useServerNow();
  return <>{countdown(Math.min(KEEP_SELLING_MS, untilMs - Date.now()))} left</>;
}
