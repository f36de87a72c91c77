import { useMemo } from 'react';
import { type Bar, chartBars } from '@/components/chart/bars';
import { blankWords, chartSummary, chartTitle } from '@/components/chart/chart-words';
import { type ClickFlag, clickFlags } from '@/components/chart/click-flags';
import { niceScale, type Scale, useKeptScale } from '@/components/chart/scale';
import { type TimeTick, timeTicks } from '@/components/chart/time-ticks';
import { useClicks } from '@/components/live/click-store';
import type { UrlState } from '@/components/live/url-state';
import { usePlace } from '@/components/live/use-place';
import type { Format } from '@/components/ui/format';
import { MEASURES, type Measure } from '@/components/ui/measures';
import { splitOf } from '@/components/ui/split';
import type { WindowsAnswer } from '@/lib/contract/answers';
import { rangeText } from '@/lib/core/range';
import type { Slot } from '@/lib/core/slot';

/** A phone shows the newest windows only: bars that a finger can hit. */
const NARROW_BARS = 15;

/** What the chart is drawn from. The same objects as long as nothing in them is news. */
export interface ChartData {
  readonly slots: readonly Slot[];
  readonly measure: Measure;
  /** Null as well where it says nothing, for it is one of sales. */
  readonly limitCents: number | null;
  readonly bars: readonly Bar[];
  /** The names of the parts that bars are split into, in their order, and how each looks; none when they are whole. */
  readonly names: readonly string[];
  readonly looks: readonly number[];
  readonly scale: Scale;
  readonly ticks: readonly TimeTick[];
  /** By the starts of the bars; null when they are not shown. */
  readonly flags: ReadonlyMap<number, ClickFlag> | null;
  readonly title: string;
  readonly summary: string;
  /** What to say where there is nothing to draw; empty when there is something. */
  readonly blank: string;
}

export function useChartData({
  answer,
  previous,
  url,
  format,
  isNarrow,
}: {
  answer: WindowsAnswer;
  previous: WindowsAnswer | null;
  url: UrlState;
  format: Format;
  isNarrow: boolean;
}): ChartData {
  const { mode, range } = url;
  const measure = MEASURES[url.measure];
  const limitCents = shownLimit(url);
  const slots = useMemo(
    () => (isNarrow && range === '1h' ? answer.slots.slice(-NARROW_BARS) : answer.slots),
    [answer.slots, isNarrow, range],
  );
  const split = useMemo(
    () => splitOf(slots, measure.adds && mode === 'window' ? url.split : null),
    [slots, url.split, measure, mode],
  );
  const looks = useMemo(() => split.map(({ look }) => look), [split]);
  const bars = useMemo(
    () => chartBars(slots, { measure, mode, previous, split, limitCents }),
    [slots, measure, previous, mode, split, limitCents],
  );
  const ticks = useMemo(() => timeTicks(slots, format.offsetMs, isNarrow ? 4 : 8), [slots, format, isNarrow]);
  const wanted = useMemo(() => {
    const amounts = bars.flatMap((bar) => [bar.value ?? 0, bar.previous ?? 0]);
    return niceScale([...amounts, limitCents ?? 0], measure.isMoney ? undefined : 1);
  }, [bars, measure, limitCents]);
  const scale = useKeptScale(
    wanted,
    `${url.day} ${rangeText(range)} ${mode} ${url.cmp} ${url.measure} ${limitCents} ${answer.stepSeconds}`,
  );
  const clicks = useClicks(usePlace());
  const flags = useMemo(() => (url.flags ? clickFlags(slots, clicks) : null), [url.flags, slots, clicks]);
  return {
    slots,
    measure,
    limitCents,
    bars,
    names: split.map(({ name }) => name),
    looks,
    scale,
    ticks,
    flags,
    title: chartTitle(answer, url, format),
    summary: chartSummary(slots, measure, format),
    blank: blankWords(answer, measure, format),
  };
}

/** A limit is one of sales: beside another measure it says nothing. */
function shownLimit({ measure, limitCents }: UrlState): number | null {
  return measure === 'sales' ? limitCents : null;
}
