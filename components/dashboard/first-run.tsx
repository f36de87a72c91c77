import { serverNow, useTicking } from '@/components/live/server-clock';
import { countdown, type Format } from '@/components/ui/format';

const STEPS = [
  ['Press Generate sales.', 'Up to 300 made-up sales enter the stream.'],
  ['Watch the window fill.', 'Its hatched bar grows within two seconds.'],
  ['See it close.', 'The consumer writes the total, and the bar settles.'],
] as const;

/** Before the first sale, in place of the day's total: what to do and what will come of it. */
export function FirstRun({ endMs }: { endMs: number }) {
  const left = useTicking(() => countdown(endMs - serverNow()), '');
  return (
    <section aria-label="First steps" data-testid="first-run">
      <h2 className="font-semibold text-[40px] leading-[1.1] tracking-tight sm:text-[56px]">No sales yet</h2>
      <p className="mt-4 max-w-lg text-base text-muted">
        Press <b className="font-medium text-text">Generate sales</b>: records enter the stream now and the
        first total appears when the current window closes, in <span className="text-text">{left}</span>.
      </p>
      <ol className="mt-6 flex flex-col gap-3">
        {STEPS.map(([title, words], index) => (
          <li key={title} className="flex items-baseline gap-3">
            <span className="w-4 shrink-0 font-medium font-mono text-settled">{index + 1}</span>
            <span className="text-muted">
              <span className="font-medium text-text">{title}</span> {words}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Shares of the plot's height: made up, and drawn as what they are, a sample. */
const BARS = [
  24, 38, 31, 52, 44, 61, 47, 70, 58, 82, 66, 74, 51, 63, 88, 71, 57, 79, 64, 46, 69, 84, 59, 73, 62, 78, 55,
  67, 81, 40,
] as const;

/** What will be here; as high as the chart, so that nothing moves when it comes. */
export function SampleChart({ endMs, format }: { endMs: number; format: Format }) {
  return (
    <div className="relative h-60 sm:h-75">
      <div
        aria-hidden="true"
        className="absolute inset-x-0 top-6 bottom-11 flex items-end border-line border-b opacity-70"
      >
        {BARS.map((share, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a constant list
            key={index}
            className="mx-auto w-[2.7%] max-w-7 rounded-t-xs bg-sample"
            style={{ height: `${share}%` }}
          />
        ))}
      </div>
      <p className="absolute inset-x-0 bottom-2 text-center text-muted">
        A sample. Your first bar stands here once the window closes at {format.clock(endMs)}.
      </p>
    </div>
  );
}
