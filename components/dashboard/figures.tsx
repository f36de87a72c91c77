'use client';

import dynamic from 'next/dynamic';
import type { ReactNode } from 'react';
import { type RunningTotal, runningTotal } from '@/components/dashboard/running-total';
import { untilLoaded } from '@/components/live/until-loaded';
import type { Format } from '@/components/ui/format';
import { Icon } from '@/components/ui/icon';
import type { WindowsAnswer } from '@/lib/contract/answers';
import { lackWords } from '@/lib/contract/lack-words';
import { averageCents } from '@/lib/core/cents';

export const loadSparkline = () =>
  untilLoaded(() => import('@/components/dashboard/sparkline').then((module) => module.Sparkline));

const Sparkline = dynamic(loadSparkline, { ssr: false });

interface FiguresProps {
  readonly answer: WindowsAnswer;
  readonly day: string;
  /** True when nothing is known of other days. */
  readonly isAlone: boolean;
  /** True while nothing has ever been sold. */
  readonly isFirst: boolean;
  readonly format: Format;
  /** In place of the small numbers, for whoever is shown around. */
  readonly children?: ReactNode;
}

/** The day in one line: what it has come to, how it came to that, and a few small numbers. */
export function Figures({ answer, day, isAlone, isFirst, format, children }: FiguresProps) {
  const total = runningTotal(answer);
  const dayLack = lackWords(answer.dayTotal.lack, format);
  const isToday = day === 'today';
  const dayMs = isToday ? answer.serverNowMs : Date.parse(`${day}T00:00:00Z`);
  return (
    <section
      aria-label="Total of the day"
      data-testid="figures"
      className="flex flex-wrap items-end justify-between gap-x-8 gap-y-2 lg:min-h-22"
    >
      {isFirst ? (
        <NoSalesYet />
      ) : (
        <div className="min-w-0">
          <h2 className="text-muted text-xs">{isToday ? 'Today (UTC)' : `${format.utcDay(dayMs)} (UTC)`}</h2>
          <Total total={total} format={format} />
          <p className={dayLack === '' ? 'min-h-4.5 text-muted text-xs' : 'min-h-4.5 text-doubt text-xs'}>
            {dayLack !== '' && `${dayLack} `}
            <Comparison answer={answer} isToday={isToday} isAlone={isAlone} format={format} />
          </p>
        </div>
      )}
      {children || (isFirst ? null : <SmallFigures answer={answer} day={day} format={format} />)}
    </section>
  );
}

function SmallFigures({ answer, day, format }: Pick<FiguresProps, 'answer' | 'day' | 'format'>) {
  if (answer.dayTotal.closedWindows === 0) return null;
  return (
    <>
      <Sparkline day={day} answer={answer} format={format} />
      <dl className="flex flex-wrap gap-x-6 gap-y-1 sm:gap-x-8">
        {tilesOf(answer, format).map(({ name, value, note }) => (
          <div key={name}>
            <dt className="text-muted text-xs">{name}</dt>
            <dd className="font-medium text-base leading-snug sm:text-xl">{value}</dd>
            <dd className="min-h-4.5 text-muted text-xs max-sm:hidden">{note}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** Closed windows, and behind them what is still open: their sum moves with each sale, and rolls on when a window closes. */
function Total({ total: { closedCents, openCents }, format }: { total: RunningTotal; format: Format }) {
  const isAllOpen = closedCents === 0 && openCents !== 0;
  return (
    <p
      data-testid="day-total"
      data-cents={closedCents ?? ''}
      data-open-cents={openCents}
      className="total flex flex-wrap items-baseline gap-x-3 font-semibold text-[36px] leading-[1.15] tracking-tight sm:text-[44px]"
    >
      {!isAllOpen && (
        <span key={closedCents} className="rolls">
          {format.money(closedCents)}
        </span>
      )}
      {openCents !== 0 && (
        <span
          data-testid="open-total"
          className={
            isAllOpen ? 'not-final rounded px-1' : 'not-final rounded px-1.5 text-xl leading-snug sm:text-2xl'
          }
        >
          {isAllOpen ? format.money(openCents) : format.change(openCents)}
          <span className="ml-1 font-medium text-base tracking-normal">open</span>
        </span>
      )}
    </p>
  );
}

/** Today against yesterday at this time of day, never against the whole of yesterday. */
function Comparison({
  answer: { dayTotal, previousDayTotal, serverNowMs },
  isToday,
  isAlone,
  format,
}: {
  answer: WindowsAnswer;
  isToday: boolean;
  isAlone: boolean;
  format: Format;
}) {
  if (previousDayTotal === null) return isAlone ? '' : 'The day before has no sales to compare with';
  const [is, was] = [dayTotal.salesCents, previousDayTotal.salesCents];
  if (is === null || was === null) return '';
  if (was <= 0) return 'The day before had sold nothing by then';
  const share = (is - was) / was;
  const minuteMs = Math.floor(serverNowMs / 60_000) * 60_000;
  return (
    <>
      vs {isToday ? `yesterday by ${format.time(minuteMs)}` : 'the day before'}{' '}
      <span className="inline-flex items-center gap-1 font-medium text-text">
        <Icon name={share < 0 ? 'fall' : 'up'} className="size-3.5" />
        {format.percent(share)}
      </span>
    </>
  );
}

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

/** Longer than a result takes to come: worth a word. */
const LAG_MS = 10_000;

/** Small numbers and a word on each; an unknown one is a dash. */
function tilesOf(answer: WindowsAnswer, format: Format): Tile[] {
  const { dayTotal, newest, idleSeconds } = answer;
  const closed = answer.slots.filter((slot) => slot.state === 'closed');
  const last = closed.at(-1);
  const before = closed.at(-2);
  const change =
    last?.salesCents != null && before?.salesCents != null
      ? `, ${format.change(last.salesCents - before.salesCents)}`
      : '';
  return [
    // The only one is the day's total.
    ...(dayTotal.closedWindows > 1
      ? [
          {
            name: answer.stepSeconds > answer.windowSeconds ? 'Last bar' : 'Last window',
            value: format.money(last?.salesCents ?? null),
            note:
              last === undefined
                ? 'none closed in this range'
                : format.range(last.startMs, last.endMs) + change,
          },
        ]
      : []),
    {
      name: 'Records',
      value: format.count(dayTotal.recordCount),
      note:
        dayTotal.rejected > 0
          ? `${format.count(dayTotal.rejected)} rejected`
          : `in ${format.count(dayTotal.closedWindows)} ${dayTotal.closedWindows === 1 ? 'window' : 'windows'}`,
    },
    { name: 'Average sale', value: format.money(averageCents(dayTotal)), note: 'of the day' },
    ...(newest !== null && newest.lagMs > idleSeconds * 1000 + LAG_MS
      ? [
          {
            name: 'Pipeline lag',
            value: `${(newest.lagMs / 1000).toFixed(1)} s`,
            note: 'from window end to its result',
          },
        ]
      : []),
  ];
}

/** Before the first sale, in place of the day's total: what to do. As high as what comes in its place. */
function NoSalesYet() {
  return (
    <div data-testid="first-run" className="min-w-0">
      <p className="text-muted text-xs">Today (UTC)</p>
      <h2 className="total font-semibold text-[36px] leading-[1.15] tracking-tight sm:text-[44px]">
        No sales yet
      </h2>
      <p className="min-h-4.5 text-muted text-xs">Press Generate sales to make the first.</p>
    </div>
  );
}

/**
 * As high as the day's figures, so that nothing moves when they come. Its words are in the first answer of the server: there
 * is something to read before any script has come.
 */
export function FiguresSkeleton({ words }: { words: string }) {
  return (
    <div className="min-h-22">
      <p className="text-muted text-xs">Today (UTC)</p>
      <p className="font-semibold text-[28px] text-muted leading-[1.3] tracking-tight sm:text-[36px]">
        {words}
      </p>
    </div>
  );
}
