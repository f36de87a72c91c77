'use client';

import { Sparkline } from '@/components/dashboard/sparkline';
import { useDayCourse } from '@/components/live/use-day-course';
import type { Format } from '@/components/ui/format';
import { Icon } from '@/components/ui/icon';
import type { WindowsAnswer } from '@/lib/contract/answers';

interface HeroProps {
  readonly answer: WindowsAnswer;
  readonly day: string;
  /** True when nothing is known of other days. */
  readonly isAlone: boolean;
  readonly format: Format;
}

/** Today's total against yesterday's at this time of day, never against the whole of yesterday. */
export function Hero({ answer, day, isAlone, format }: HeroProps) {
  const { dayTotal, previousDayTotal } = answer;
  const { course, before } = useDayCourse(day);
  const isToday = day === 'today';
  const dayMs = isToday ? answer.serverNowMs : Date.parse(`${day}T00:00:00Z`);
  const was = previousDayTotal?.salesCents ?? 0;
  const share = was > 0 && dayTotal.salesCents !== null ? (dayTotal.salesCents - was) / was : null;
  return (
    <section aria-label="Total of the day" className="flex min-w-0 flex-col">
      <h2 className="text-muted">
        {isToday ? 'Today' : UTC_DAY.format(dayMs)}, closed windows of the UTC day
      </h2>
      <p
        data-testid="day-total"
        data-cents={dayTotal.salesCents ?? ''}
        className="mt-1 font-semibold text-[40px] leading-[1.1] tracking-tight sm:text-[56px]"
      >
        {format.money(dayTotal.salesCents)}
      </p>
      <p className="mt-2 flex min-h-6 flex-wrap items-center gap-x-2 text-muted">
        {share === null ? (
          previousDayTotal === null ? (
            isAlone ? (
              'Nothing is known of the day before'
            ) : (
              'The day before has no sales to compare with'
            )
          ) : (
            'The day before had sold nothing by then'
          )
        ) : (
          <>
            <span>
              vs {isToday ? `yesterday by ${format.time(minuteOf(answer.serverNowMs))}` : 'the day before'}
            </span>
            <span className="inline-flex items-center gap-1 font-medium text-text">
              <Icon name={share < 0 ? 'fall' : 'up'} className="size-3.5" />
              {format.percent(share)}
            </span>
          </>
        )}
      </p>
      <Sparkline
        course={course}
        before={before}
        label={`The day's running total, ${format.money(dayTotal.salesCents)}, over the day before's.`}
      />
    </section>
  );
}

/** A partition's day is a UTC day, in whatever zone the page shows its times. */
const UTC_DAY = new Intl.DateTimeFormat('en', {
  timeZone: 'UTC',
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});

function minuteOf(ms: number): number {
  return Math.floor(ms / 60_000) * 60_000;
}
