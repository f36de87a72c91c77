import type { WindowsAnswer } from '@/lib/answers';
import type { Format } from '@/lib/format';

/** Today's total against yesterday's at this time of day, never against the whole of yesterday. */
export function Hero({ answer, format }: { answer: WindowsAnswer; format: Format }) {
  const { dayTotal, previousDayTotal } = answer;
  const before = previousDayTotal?.salesCents ?? 0;
  const percent = before > 0 ? Math.round(((dayTotal.salesCents - before) / before) * 100) : null;
  return (
    <section aria-label="Total of the day">
      <h2 className="text-muted">
        {answer.live ? 'Today' : format.day(answer.fromMs)}, closed windows (UTC day)
      </h2>
      <p
        data-testid="day-total"
        data-cents={dayTotal.salesCents}
        className="font-semibold text-[40px] tabular-nums leading-[1.1] tracking-tight sm:text-[56px]"
      >
        {format.money(dayTotal.salesCents)}
      </p>
      <p className="text-muted">
        {percent === null
          ? 'Nothing to compare with the day before'
          : `vs the day before by this time ${percent >= 0 ? '+' : '−'}${Math.abs(percent)}%`}
      </p>
    </section>
  );
}
