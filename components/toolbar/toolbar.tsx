'use client';

import type { ReactNode } from 'react';
import { lengthLabel } from '@/components/chart/chart-words';
import type { UrlState } from '@/components/live/url-state';
import { DayPicker } from '@/components/toolbar/day-picker';
import { Button } from '@/components/ui/button';
import type { Format } from '@/components/ui/format';
import { Icon } from '@/components/ui/icon';
import { MEASURE_NAMES, MEASURES, parseMeasure } from '@/components/ui/measures';
import { Segmented } from '@/components/ui/segmented';
import { Select } from '@/components/ui/select';
import type { WindowsAnswer } from '@/lib/contract/answers';
import { isSpan, MAX_BARS, type Preset } from '@/lib/core/range';
import { utcDate } from '@/lib/core/window';

const MODES = [
  ['window', 'Per window'],
  ['total', 'Running total'],
] as const;

const HOUR_SECONDS = 3600;

interface ToolbarProps {
  readonly answer: WindowsAnswer;
  readonly url: UrlState;
  readonly format: Format;
  /** A file is of one day: there is no other to go to or to compare with. */
  readonly isReplay: boolean;
  readonly isZoomed: boolean;
  readonly onBack: () => void;
  readonly onChange: (change: Partial<UrlState>) => void;
  /** How else it can be shown, and what can be done with it. */
  readonly children?: ReactNode;
}

/** Which time, and below it what of it. A phone has one line: of days it speaks once one is looked at. */
export function Toolbar(props: ToolbarProps) {
  const { answer, url, format, isReplay, isZoomed, onBack, onChange, children } = props;
  const ranges = rangesOf(answer.windowSeconds).slice(0, isReplay ? 3 : undefined);
  const shown = isSpan(url.range) ? '' : url.range;
  const isOfNow = url.day === 'today' && (shown === '1h' || shown === '4h');
  const toRange = (range: Preset) =>
    onChange({ range, ...(isZoomed && url.day === utcDate(answer.serverNowMs) ? { day: 'today' } : {}) });
  return (
    <div className="flex flex-wrap items-center gap-2">
      {!isReplay && (
        <div className={isOfNow ? 'max-sm:hidden' : 'max-sm:w-full'}>
          <DayPicker
            day={url.day}
            format={format}
            onDay={(day) => onChange({ day, range: day === 'today' ? '1h' : 'day' })}
          />
        </div>
      )}
      <Segmented label="Range" options={ranges} value={shown} onChange={toRange} className="max-sm:hidden" />
      <Select
        aria-label="Range"
        value={shown}
        onChange={({ target }) => {
          const chosen = ranges.find(([range]) => range === target.value);
          if (chosen !== undefined) toRange(chosen[0]);
        }}
        className="w-22 sm:hidden"
      >
        {isZoomed && <option value="">Part</option>}
        {ranges.map(([range, words]) => (
          <option key={range} value={range}>
            {words}
          </option>
        ))}
      </Select>
      {isZoomed && (
        <Button onClick={onBack} className="max-sm:order-last">
          <Icon name="left" />
          Zoom out
        </Button>
      )}
      <div className="flex items-center gap-2 max-sm:min-w-0 max-sm:flex-1 sm:w-full">
        <Select
          aria-label="Measure"
          value={url.measure}
          onChange={({ target }) => onChange({ measure: parseMeasure(target.value) ?? 'sales' })}
          className="w-36 max-sm:min-w-0 max-sm:flex-1"
        >
          {MEASURE_NAMES.map((name) => (
            <option key={name} value={name}>
              {MEASURES[name].label}
            </option>
          ))}
        </Select>
        {MEASURES[url.measure].adds && (
          <Segmented
            label="Bars show"
            options={MODES}
            value={url.mode}
            onChange={(mode) => onChange({ mode })}
            className="max-sm:hidden"
          />
        )}
        <div className="ml-auto flex items-center gap-2">{children}</div>
      </div>
    </div>
  );
}

/** `1h` shows single windows, as many as fit: of short ones it is less than an hour, and says so. */
function rangesOf(windowSeconds: number): (readonly [Preset, string])[] {
  const seconds = Math.min(HOUR_SECONDS, MAX_BARS * windowSeconds);
  return [
    ['1h', lengthLabel(seconds)],
    ['4h', '4 h'],
    ['day', 'Day'],
    ['7d', '7 days'],
    ['30d', '30 days'],
    ['1y', 'Year'],
  ];
}
