/**
 * Colour and pattern of a shard, the same in bars and legend; the fifth shard looks like the first again. Where the patterns
 * are not on the page, the colour alone.
 */
const FILLS = [
  'var(--settled)',
  'url(#shard-1) var(--focus)',
  'url(#shard-2) var(--doubt)',
  'url(#shard-3) var(--muted)',
] as const;

export function shardFill(shard: number): string {
  return FILLS[Math.max(0, shard) % FILLS.length] ?? FILLS[0];
}

/** Defined once in the document, for the chart and whatever explains it. */
export function ChartPatterns() {
  return (
    <svg className="absolute size-0" aria-hidden="true">
      <defs>
        <Hatch id="so-far" color="var(--settled)" />
        <Hatch id="overdue" color="var(--doubt)" />
        <pattern
          id="shard-1"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="6" height="6" fill="var(--focus)" />
          <rect width="1.5" height="6" fill="var(--bg)" />
        </pattern>
        <pattern id="shard-2" width="5" height="5" patternUnits="userSpaceOnUse">
          <rect width="5" height="5" fill="var(--doubt)" />
          <circle cx="2.5" cy="2.5" r="1" fill="var(--bg)" />
        </pattern>
        <pattern id="shard-3" width="6" height="4" patternUnits="userSpaceOnUse">
          <rect width="6" height="4" fill="var(--muted)" />
          <rect width="6" height="1" fill="var(--bg)" />
        </pattern>
      </defs>
    </svg>
  );
}

function Hatch({ id, color }: { id: string; color: string }) {
  return (
    <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width="2.5" height="6" fill={color} />
    </pattern>
  );
}
