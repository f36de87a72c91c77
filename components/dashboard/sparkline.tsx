'use client';

import useSWR from 'swr';
import { type CoursePoint, courseBeside, courseOf } from '@/components/live/day-course';
import { getJson } from '@/components/live/request';
import { isSameNews, windowsUrl } from '@/components/live/use-windows';
import type { Format } from '@/components/ui/format';
import type { WindowsAnswer } from '@/lib/contract/answers';
import { DAY_MS } from '@/lib/core/window';

const WIDTH = 240;
const HEIGHT = 40;
/** Of fewer windows a line tells nothing. */
const MIN_WINDOWS = 5;
/** Slow on purpose: it is a sketch beside an exact number. */
const POLL_MS = 60_000;

interface SparklineProps {
  readonly day: string;
  readonly answer: WindowsAnswer;
  readonly format: Format;
}

/** The day's running total from its first sale until now, on the day before's, pale. */
export function Sparkline(props: SparklineProps) {
  return props.answer.dayTotal.closedWindows < MIN_WINDOWS ? null : <Course {...props} />;
}

function Course({ day, answer, format }: SparklineProps) {
  const options = { compare: isSameNews, revalidateOnFocus: false, keepPreviousData: true };
  const url = windowsUrl(day, 'day');
  const { data } = useSWR<WindowsAnswer>(url, getJson, {
    ...options,
    refreshInterval: day === 'today' ? POLL_MS : 0,
  });
  const { data: before } = useSWR<WindowsAnswer>(`${url}&shift=1`, getJson, options);
  const course = courseOf(data?.slots ?? [], Math.max(answer.serverNowMs, data?.serverNowMs ?? 0));
  const [first, last] = [course[0], course.at(-1)];
  if (first === undefined || last === undefined || course.length <= MIN_WINDOWS) return null;
  const beside = courseBeside(before, course, DAY_MS);
  const most = Math.max(1, ...[...course, ...beside].map((point) => point.cents));
  const spanMs = Math.max(1, last.atMs - first.atMs);
  const line = (points: readonly CoursePoint[]) =>
    points
      .map(({ atMs, cents }) => {
        const x = ((atMs - first.atMs) / spanMs) * WIDTH;
        return `${x.toFixed(1)},${(HEIGHT * (1 - cents / most)).toFixed(1)}`;
      })
      .join(' ');
  const isNow = day === 'today';
  return (
    <figure className="hidden w-60 xl:block" data-testid="sparkline">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className="h-10 w-full overflow-visible"
        fill="none"
        role="img"
        aria-label={`The day's running total, from its first sale at ${format.time(first.atMs)} to ${format.money(last.cents)}${beside.length > 0 ? ", over the day before's" : ''}.`}
      >
        <polygon
          points={`0,${HEIGHT} ${line(course)} ${WIDTH},${HEIGHT}`}
          fill="var(--settled)"
          opacity="0.08"
        />
        <polyline points={line(beside)} stroke="var(--muted)" strokeWidth="1.5" strokeDasharray="2 3" />
        <polyline points={line(course)} stroke="var(--settled)" strokeWidth="2" strokeLinejoin="round" />
      </svg>
      <figcaption className="flex justify-between text-muted text-xs">
        <span>{format.time(first.atMs)}, first sale</span>
        <span>{isNow ? 'now' : format.time(last.atMs)}</span>
      </figcaption>
    </figure>
  );
}
