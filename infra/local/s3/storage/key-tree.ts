import { compareKeys, type SortedKeys } from './sorted-keys.ts';

/**
 * `from` a key, that one included; `after` it; `beyond` all keys that begin with it.
 */
export type Bound = 'from' | 'after' | 'beyond';

/** Keys as folders hold them. No folder is asked about that need not be read to know what comes next. */
export interface KeyLevels {
  /**
   * What follows a folder (empty, or ending in a slash), in order: the rest of a key or, up to and with its slash, a folder,
   * which may hold no key.
   */
  level(folder: string): SortedKeys;
  /** Whether there is a key below a folder. */
  holdsAny(folder: string): boolean;
}

/**
 * The first key within the bound in the order of keys; null when there is none. Of a folder that begins with `grouped` and is
 * longer only the name is given, when it holds a key: which one, nobody asks.
 */
export function firstKey(
  levels: KeyLevels,
  kind: Bound,
  text: string,
  grouped: string | null = null,
): string | null {
  return firstBelow(levels, '', { kind, text }, grouped);
}

function firstBelow(
  levels: KeyLevels,
  folder: string,
  bound: { readonly kind: Bound; readonly text: string } | null,
  grouped: string | null,
): string | null {
  const pieces = levels.level(folder);
  const start = bound === null ? 0 : pieces.search((piece) => isWhollyBefore(piece, bound.kind, bound.text));
  for (let index = start; ; index += 1) {
    const piece = pieces.at(index);
    if (piece === null) return null;
    if (!piece.endsWith('/')) return folder + piece;
    const isOnBound = bound?.text.startsWith(piece) === true;
    const rest = isOnBound ? { kind: bound.kind, text: bound.text.slice(piece.length) } : null;
    const below = folder + piece;
    const isGroup = grouped !== null && below.length > grouped.length && below.startsWith(grouped);
    if (isGroup && rest === null) {
      if (levels.holdsAny(below)) return below;
      continue;
    }
    const found = firstBelow(levels, below, rest, grouped);
    if (found !== null) return found;
  }
}

/** Whether a key, or all keys of a folder, come before the bound. */
function isWhollyBefore(piece: string, kind: Bound, text: string): boolean {
  const isFolder = piece.endsWith('/');
  if (isFolder && text.startsWith(piece)) return kind === 'beyond' && text === piece;
  if (kind === 'beyond' && piece.startsWith(text)) return true;
  const order = compareKeys(piece, text);
  return kind === 'after' && !isFolder ? order <= 0 : order < 0;
}
