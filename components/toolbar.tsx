'use client';

import useSWR from 'swr';
import { Button } from '@/components/ui/button';
import type { DaysAnswer, WindowsAnswer } from '@/lib/answers';
import { getJson } from '@/lib/request';
import { freezeUrlState, serializeUrlState, type UrlState } from '@/lib/url-state';

const RANGES = [
  ['1h', '1 h'],
  ['4h', '4 h'],
  ['day', 'Day'],
  ['7d', '7 days'],
] as const;

export function Toolbar({
  answer,
  url,
  onChange,
}: {
  answer: WindowsAnswer;
  url: UrlState;
  onChange: (change: Partial<UrlState>) => void;
}) {
  const { data } = useSWR<DaysAnswer>('/api/days', getJson);
  const today = new Date(data?.serverNowMs ?? answer.serverNowMs).toISOString().slice(0, 10);
  const others = (data?.days ?? []).filter((each) => each.day !== today);
  const copy = () => {
    const search = serializeUrlState(freezeUrlState(url, answer));
    void navigator.clipboard.writeText(`${window.location.origin}${window.location.pathname}${search}`);
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      <label className="flex items-center gap-2 text-muted">
        UTC day
        <select
          value={url.day}
          onChange={(event) =>
            onChange({ day: event.target.value, range: event.target.value === 'today' ? '1h' : 'day' })
          }
          className="min-h-8 rounded border border-control bg-bg px-2 text-text"
        >
          <option value="today">today</option>
          {url.day !== 'today' && others.every((each) => each.day !== url.day) && <option>{url.day}</option>}
          {others.map((each) => (
            <option key={each.day}>{each.day}</option>
          ))}
        </select>
      </label>
      {RANGES.map(([range, label]) => (
        <Button key={range} aria-pressed={url.range === range} onClick={() => onChange({ range })}>
          {label}
        </Button>
      ))}
      <Button
        aria-pressed={url.mode === 'total'}
        onClick={() => onChange({ mode: url.mode === 'total' ? 'window' : 'total' })}
      >
        Running total
      </Button>
      <Button aria-pressed={url.cmp} onClick={() => onChange({ cmp: !url.cmp })}>
        Compare
      </Button>
      <Button look="quiet" onClick={copy}>
        Copy link
      </Button>
    </div>
  );
}
