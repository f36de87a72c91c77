'use client';

import type { ReactNode } from 'react';
import { DayPicker } from '@/components/day-picker';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem } from '@/components/ui/menu';
import { Segmented } from '@/components/ui/segmented';
import type { WindowsAnswer } from '@/lib/answers';
import { shardsOf } from '@/lib/chart-bars';
import type { Format } from '@/lib/format';
import { niceScale } from '@/lib/nice-scale';
import { freezeUrlState, serializeUrlState, type UrlState } from '@/lib/url-state';

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
  readonly isZoomed: boolean;
  readonly onBack: () => void;
  readonly onChange: (change: Partial<UrlState>) => void;
  /** What else can be done with what is shown. */
  readonly children?: ReactNode;
}

/** Which time on the left, how it is shown on the right. */
export function Toolbar({ answer, url, format, isZoomed, onBack, onChange, children }: ToolbarProps) {
  const copy = () => {
    const search = serializeUrlState(freezeUrlState(url, answer));
    void navigator.clipboard.writeText(`${window.location.origin}${window.location.pathname}${search}`);
  };
  const canSplit = url.shards || shardsOf(answer.slots).length > 1;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <DayPicker
        day={url.day}
        format={format}
        onDay={(day) => onChange({ day, range: day === 'today' ? '1h' : 'day' })}
      />
      <Segmented
        label="Range"
        options={RANGES}
        value={url.range}
        onChange={(range) =>
          onChange({ range, ...(isZoomed && url.day === todayOf(answer) ? { day: 'today' } : {}) })
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
        <Menu
          label="View"
          trigger={
            <Button>
              <Icon name="sliders" />
              View
            </Button>
          }
        >
          <MenuItem checked={url.cmp} onSelect={() => onChange({ cmp: !url.cmp })}>
            Compare with the day before
          </MenuItem>
          {canSplit && (
            <MenuItem checked={url.shards} onSelect={() => onChange({ shards: !url.shards })}>
              Split bars by shard
            </MenuItem>
          )}
          <MenuItem
            checked={url.limitCents !== null}
            onSelect={() => onChange({ limitCents: url.limitCents === null ? firstLimit(answer) : null })}
          >
            Limit line
          </MenuItem>
          <MenuItem checked={url.kiosk} onSelect={() => onChange({ kiosk: !url.kiosk })}>
            Kiosk: clock, numbers, chart
          </MenuItem>
          <MenuItem onSelect={copy}>
            <Icon name="link" />
            Copy link to exactly this
          </MenuItem>
        </Menu>
        {children}
      </div>
    </div>
  );
}

function todayOf(answer: WindowsAnswer): string {
  return new Date(answer.serverNowMs).toISOString().slice(0, 10);
}

/** Three quarters up: in sight, and above most bars. */
function firstLimit(answer: WindowsAnswer): number {
  return niceScale(answer.slots.map((slot) => slot.salesCents ?? 0)).top * 0.75;
}
