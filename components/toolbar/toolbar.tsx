'use client';

import type { ReactNode } from 'react';
import type { UrlState } from '@/components/live/url-state';
import { DayPicker } from '@/components/toolbar/day-picker';
import { Button } from '@/components/ui/button';
import type { Format } from '@/components/ui/format';
import { Icon } from '@/components/ui/icon';
import { Segmented } from '@/components/ui/segmented';
import type { WindowsAnswer } from '@/lib/contract/answers';
import { isSpan } from '@/lib/core/range';
import { utcDate } from '@/lib/core/window';

const RANGES = [
  ['1h', '1 h'],
  ['4h', '4 h'],
  ['day', 'Day'],
  ['7d', '7 days'],
] as const;

const MODES = [
  ['window', 'Per window'],
  ['total', 'Running total'],
] as const;

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

/** Which time on the left, how it is shown on the right. */
export function Toolbar(props: ToolbarProps) {
  const { answer, url, format, isReplay, isZoomed, onBack, onChange, children } = props;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {!isReplay && (
        <DayPicker
          day={url.day}
          format={format}
          onDay={(day) => onChange({ day, range: day === 'today' ? '1h' : 'day' })}
        />
      )}
      <Segmented
        label="Range"
        options={isReplay ? RANGES.slice(0, 3) : RANGES}
        value={isSpan(url.range) ? '' : url.range}
        onChange={(range) =>
          onChange({
            range,
            ...(isZoomed && url.day === utcDate(answer.serverNowMs) ? { day: 'today' } : {}),
          })
        }
        className="max-sm:w-full"
      />
      {isZoomed && (
        <Button onClick={onBack}>
          <Icon name="left" />
          Zoom out
        </Button>
      )}
      <div className="ml-auto flex flex-wrap items-center gap-2 max-sm:w-full">
        <Segmented
          label="Bars show"
          options={MODES}
          value={url.mode}
          onChange={(mode) => onChange({ mode })}
          className="max-sm:w-full"
        />
        {children}
      </div>
    </div>
  );
}
