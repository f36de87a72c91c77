import type { CoursePoint } from '@/components/live/use-day-course';

const WIDTH = 1000;
const HEIGHT = 100;

/** The day's course on the day before's, pale. Of fixed height, also while there is nothing to draw. */
export function Sparkline({
  course,
  before,
  label,
}: {
  course: readonly CoursePoint[];
  before: readonly CoursePoint[];
  label: string;
}) {
  const most = Math.max(1, ...course.map((point) => point.cents), ...before.map((point) => point.cents));
  const line = (points: readonly CoursePoint[]) =>
    points.map(({ at, cents }) => `${at * WIDTH},${HEIGHT * (1 - cents / most)}`).join(' ');
  const first = course[0];
  const end = course.at(-1);
  return (
    <div
      className="relative mt-4 h-16 border-line border-b lg:h-auto lg:max-h-36 lg:min-h-16 lg:flex-1"
      role="img"
      aria-label={label}
    >
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="absolute inset-0 size-full overflow-visible"
        fill="none"
        aria-hidden="true"
      >
        {first !== undefined && end !== undefined && (
          <polygon
            points={`${first.at * WIDTH},${HEIGHT} ${line(course)} ${end.at * WIDTH},${HEIGHT}`}
            fill="var(--settled)"
            opacity="0.08"
          />
        )}
        <polyline
          points={line(before)}
          stroke="var(--muted)"
          strokeWidth="1.5"
          strokeDasharray="2 3"
          vectorEffect="non-scaling-stroke"
        />
        <polyline
          points={line(course)}
          stroke="var(--settled)"
          strokeWidth="2"
          strokeLinejoin="round"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      {end !== undefined && (
        <span
          aria-hidden="true"
          className="absolute -ml-1 size-2 translate-y-1/2 rounded-full bg-settled"
          style={{ left: `${end.at * 100}%`, bottom: `${(end.cents / most) * 100}%` }}
        />
      )}
    </div>
  );
}
