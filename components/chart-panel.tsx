'use client';

import dynamic from 'next/dynamic';
import { type KeyboardEvent, useCallback, useMemo, useState } from 'react';
import type { WindowsAnswer } from '@/lib/answers';
import { chartBars, summarize } from '@/lib/chart-bars';
import type { Slot } from '@/lib/core/slot';
import type { Format } from '@/lib/format';
import { STATE_WORDS } from '@/lib/state-words';
import type { UrlState } from '@/lib/url-state';

const Chart = dynamic(() => import('@/components/chart').then((module) => module.Chart), { ssr: false });

const PAGE = 10;

interface ChartPanelProps {
  readonly answer: WindowsAnswer;
  readonly open: Slot;
  readonly previous: WindowsAnswer | undefined;
  readonly url: UrlState;
  readonly format: Format;
  readonly onChange: (change: Partial<UrlState>) => void;
}

/** The plot with its keys and, beneath it, the selected bar in words: there on every screen, never in the way. */
export function ChartPanel({ answer, open, previous, url, format, onChange }: ChartPanelProps) {
  const [selected, setSelected] = useState<number | null>(null);
  const slots = useMemo(
    () =>
      answer.slots.map((slot) => (slot.startMs === open.startMs && slot.endMs === open.endMs ? open : slot)),
    [answer.slots, open],
  );
  const bars = useMemo(() => chartBars(slots, previous?.slots, url.mode), [slots, previous, url.mode]);
  const summary = summarize(slots, format);
  const grouped = answer.stepSeconds > answer.windowSeconds;
  const openBar = useCallback(
    (index: number) => {
      setSelected(index);
      const slot = slots[index];
      if (slot === undefined) return;
      if (grouped) onChange({ range: `${slot.startMs}-${slot.endMs}` });
      else onChange({ w: slot.startMs });
    },
    [slots, grouped, onChange],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    const last = bars.length - 1;
    const at = selected ?? last;
    const target = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: last,
      PageUp: at - PAGE,
      PageDown: at + PAGE,
    }[event.key];
    if (target !== undefined) setSelected(Math.min(last, Math.max(0, target)));
    else if (event.key === 'Enter') openBar(at);
    else if (event.key === 'Escape') setSelected(null);
    else return;
    event.preventDefault();
  };
  const slot = selected === null ? undefined : slots[selected];
  return (
    <div>
      <div
        role="application"
        aria-label={`Chart. ${summary} Arrow keys walk the bars, Enter opens one.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the plot takes the keys
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="h-60 sm:h-80"
      >
        <Chart
          bars={bars}
          format={format}
          limitCents={url.limitCents}
          selected={selected}
          summary={summary}
          onSelect={setSelected}
          onOpen={openBar}
        />
      </div>
      <p aria-live="polite" className="mt-2 min-h-12 text-muted sm:min-h-6">
        {slot === undefined
          ? 'Point at a bar, or walk with the arrow keys.'
          : `${format.range(slot.startMs, slot.endMs)} · ${STATE_WORDS[slot.state]} · ${format.money(slot.salesCents)} · ${format.count(slot.recordCount)} records`}
      </p>
    </div>
  );
}
