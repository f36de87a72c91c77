import type { Format } from '@/lib/format';
import { countdown } from '@/lib/format';
import { serverNow, useTicking } from '@/lib/server-clock';

/** Shares of the plot's height: made up, and drawn as what they are, a sample. */
const BARS = [
  24, 38, 31, 52, 44, 61, 47, 70, 58, 82, 66, 74, 51, 63, 88, 71, 57, 79, 64, 46, 69, 84, 59, 73, 62, 78, 55,
  67, 81, 40,
] as const;

const STEPS = [
  ['Press Generate sales', 'Up to 300 made-up sales enter the stream.'],
  ['Watch the window fill', 'The hatched bar grows within two seconds.'],
  ['See it close', 'The consumer writes the total, and the bar settles.'],
] as const;

/** Before the first sale: what will be here, and how it comes. As high as the chart, so that nothing moves then. */
export function SampleChart({ endMs, format }: { endMs: number; format: Format }) {
  return (
    <div className="relative h-60 sm:h-75" data-testid="first-run">
      <div aria-hidden="true" className="absolute inset-x-0 bottom-0 flex h-3/5 items-end gap-[20%/30]">
        {BARS.map((share, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a constant list
          <span key={index} className="flex-1 px-[0.3%]" style={{ height: `${share}%` }}>
            <span className="mx-auto block h-full max-w-7 rounded-t-xs bg-sample opacity-60" />
          </span>
        ))}
      </div>
      <div className="absolute inset-0 flex flex-col items-center justify-center gap-6 text-center">
        <p className="max-w-xl rounded-lg bg-panel px-4 py-2 text-base">
          <span className="font-semibold">No sales yet.</span> Press{' '}
          <b className="font-medium">Generate sales</b>: records enter the stream now and the first total
          appears when the current window closes, in <Left endMs={endMs} />, at {format.clock(endMs)}.
        </p>
        <ol className="hidden gap-4 sm:grid sm:grid-cols-3">
          {STEPS.map(([title, words], index) => (
            <li key={title} className="flex gap-3 rounded-lg border border-line bg-bg p-4 text-left">
              <span className="grid size-6 shrink-0 place-items-center rounded-full border border-settled font-medium text-settled text-xs">
                {index + 1}
              </span>
              <span>
                <span className="block font-medium">{title}</span>
                <span className="text-muted">{words}</span>
              </span>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

function Left({ endMs }: { endMs: number }) {
  const left = useTicking(() => countdown(endMs - serverNow()), '');
  return <span className="tabular-nums">{left}</span>;
}
