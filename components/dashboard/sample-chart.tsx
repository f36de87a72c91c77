import type { Format } from '@/components/ui/format';

/** Shares of the plot's height: made up, and drawn as what they are, a sample. */
const BARS = [
  24, 38, 31, 52, 44, 61, 47, 70, 58, 82, 66, 74, 51, 63, 88, 71, 57, 79, 64, 46, 69, 84, 59, 73, 62, 78, 55,
  67, 81, 40,
] as const;

const BARS_PATH = BARS.map((share, index) => `M${index * 10 + 1} ${100 - share}h8v${share}h-8z`).join('');

/** What will be here; as high as the chart, so that nothing moves when it comes. */
export function SampleChart({ endMs, format }: { endMs: number; format: Format }) {
  return (
    <div className="relative h-(--chart-height)">
      {/* Attributes, not styles: the server's HTML may carry no style of its own. */}
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${BARS.length * 10} 100`}
        preserveAspectRatio="none"
        className="absolute inset-x-0 top-6 bottom-11 h-[calc(100%-4.25rem)] w-full border-line border-b opacity-70"
      >
        <path d={BARS_PATH} className="fill-sample" />
      </svg>
      <p className="absolute inset-x-0 bottom-2 text-center text-muted">
        A sample. Your first bar stands here once the window closes at {format.clock(endMs)}.
      </p>
    </div>
  );
}
