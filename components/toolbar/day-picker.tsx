'use client';

import { useId } from 'react';
import { useDays } from '@/components/live/use-days';
import { daysBeside } from '@/components/toolbar/days-beside';
import { Button } from '@/components/ui/button';
import type { Format } from '@/components/ui/format';
import { Icon } from '@/components/ui/icon';
import { Select } from '@/components/ui/select';
import type { DaysAnswer } from '@/lib/contract/answers';
import { utcDate } from '@/lib/core/window';

export function DayPicker({
  day,
  format,
  onDay,
}: {
  day: string;
  format: Format;
  onDay: (day: string) => void;
}) {
  const id = useId();
  const answer = useDays();
  const today = utcDate(answer?.serverNowMs ?? 0);
  const days = (answer?.days ?? []).map((each) => (each.day === today ? { ...each, day: 'today' } : each));
  const names = days.map((each) => each.day);
  const shown = day === today ? 'today' : day;
  const { earlier, later } = daysBeside(names, shown);
  return (
    <div className="-ml-2 flex items-center">
      <Button
        look="quiet"
        aria-label="Earlier day"
        aria-keyshortcuts="["
        disabled={earlier === null}
        onClick={() => earlier !== null && onDay(earlier)}
      >
        <Icon name="left" />
      </Button>
      <label htmlFor={id} className="mr-2 text-muted max-lg:sr-only">
        UTC day
      </label>
      <Select id={id} value={shown} onChange={({ target }) => onDay(target.value)} className="w-50">
        {!names.includes('today') && <option value="today">Today</option>}
        {shown !== 'today' && !names.includes(shown) && <option>{shown}</option>}
        {days.map((each) => (
          <option key={each.day} value={each.day} label={optionWords(each, format)}>
            {optionWords(each, format)}
          </option>
        ))}
      </Select>
      <Button
        look="quiet"
        aria-label="Later day"
        aria-keyshortcuts="]"
        disabled={later === null}
        onClick={() => later !== null && onDay(later)}
      >
        <Icon name="right" />
      </Button>
    </div>
  );
}

function optionWords({ day, total }: DaysAnswer['days'][number], format: Format): string {
  // Today's total stands large above, and is newer than the one that came with the days.
  if (day === 'today') return 'Today';
  return total === null || total.salesCents === null || total.closedWindows === 0
    ? day
    : `${day} · ${format.moneyShort(total.salesCents)}`;
}
