import { shardIndexOf } from '@/lib/core/shard-index';

/**
 * Colour and pattern of a part of something, as of a shard or a customer: the same in bars and legend. Pattern and colour
 * repeat in different steps, so that 24 differ by both together and the first eight by each alone, as without colours.
 */
const COLORS = ['settled', 'focus', 'part-pink', 'part-blue', 'part-green', 'part-purple'] as const;
const PATTERNS = [
  [''],
  ['M0 0h2v6h-2z', 'rotate(45)'],
  ['M2 2h2.5v2.5h-2.5z'],
  ['M0 0h2v6h-2z', 'rotate(-45)'],
  ['M0 0h1.5v6h-1.5z'],
  ['M0 0h1.5v6h-1.5zM0 0h6v1.5h-6z', 'rotate(45)'],
  ['M0 0h3v3h-3zM3 3h3v3h-3z'],
  ['M0 0h1.5v6h-1.5zM0 0h6v1.5h-6z'],
] as const;

/** As many looks as there are. */
const LOOK_COUNT = 24;
/** Of all that has no look of its own. */
export const OTHERS_LOOK = -1;
/** Of what nobody knows whose it is. */
export const UNTOLD_LOOK = -2;

/** Where the pattern is not on the page, the colour alone. */
export function partFill(look: number): string {
  return `url(#part-${look}) ${colorOf(look)}`;
}

function colorOf(look: number): string {
  return look < 0 ? 'var(--muted)' : `var(--${COLORS[look % COLORS.length]})`;
}

/**
 * A look for each name, among the first `count`: the one that its number or its letters stand for, so that it keeps it,
 * whatever comes beside it; the next free one when an earlier name has that.
 */
export function looksOf(names: readonly string[], count: number = LOOK_COUNT): ReadonlyMap<string, number> {
  const looks = new Map<string, number>();
  const taken = new Set<number>();
  for (const name of names) {
    let look = numberOf(name) % count;
    for (let tries = 1; taken.has(look) && tries < count; tries += 1) look = (look + 1) % count;
    taken.add(look);
    looks.set(name, look);
  }
  return looks;
}

function numberOf(name: string): number {
  const index = shardIndexOf(name);
  if (index !== null) return index;
  return [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003, 0);
}

/** To be defined once in the document, within its `defs`. */
export function PartPatterns({ looks }: { looks: readonly number[] }) {
  return looks.map((look) => {
    const [path, turn] =
      look === UNTOLD_LOOK ? ['M0 0h6v1.5h-6z'] : (PATTERNS[look % PATTERNS.length] ?? ['']);
    return (
      <pattern
        key={look}
        id={`part-${look}`}
        width="6"
        height="6"
        patternUnits="userSpaceOnUse"
        patternTransform={turn}
      >
        <rect width="6" height="6" fill={colorOf(look)} />
        <path d={path} fill="var(--bg)" />
      </pattern>
    );
  });
}

/** How a part looks, in a legend. */
export function PartSwatch({ look }: { look: number }) {
  return (
    <svg className="size-3 shrink-0" aria-hidden="true">
      <rect width="12" height="12" rx="2" fill={partFill(look)} />
    </svg>
  );
}
