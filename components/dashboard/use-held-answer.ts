import { useState } from 'react';
import { holdRange } from '@/components/dashboard/held-range';
import type { WindowsAnswer } from '@/lib/contract/answers';

/** What was shown last. */
export interface Kept {
  /** What was asked for when `newest` was shown. */
  readonly key: string;
  readonly newest: WindowsAnswer;
  readonly shown: WindowsAnswer;
}

/**
 * What to show next: the newest answer, or, while it is held, the newest answer in the range that was on screen when the
 * hold began. `key` names what is asked for: another question ends the hold, and until its answer has come the one before
 * stays what it was.
 */
export function keepAnswer(kept: Kept | null, newest: WindowsAnswer, isHeld: boolean, key: string): Kept {
  if (kept === null) return { key, newest, shown: newest };
  if (newest === kept.newest) {
    const isCaughtUp = kept.key !== key || isHeld || kept.shown === newest;
    return isCaughtUp ? kept : { key, newest, shown: newest };
  }
  const isSame = kept.key === key;
  // The open window is refreshed in the answer before, too, while the next one is waited for.
  if (!isSame && isOfSameRange(newest, kept.newest)) {
    return { key: kept.key, newest, shown: holdRange(kept.shown, newest) };
  }
  return { key, newest, shown: isSame && isHeld ? holdRange(kept.shown, newest) : newest };
}

function isOfSameRange(a: WindowsAnswer, b: WindowsAnswer): boolean {
  return a.fromMs === b.fromMs && a.toMs === b.toMs && a.stepSeconds === b.stepSeconds;
}

export function useHeldAnswer(
  newest: WindowsAnswer | null,
  isHeld: boolean,
  key: string,
): WindowsAnswer | null {
  const [kept, setKept] = useState<Kept | null>(null);
  if (newest === null) return kept?.shown ?? null;
  const next = keepAnswer(kept, newest, isHeld, key);
  // During the render, for an effect would let the moved range be seen for one frame.
  if (next !== kept) setKept(next);
  return next.shown;
}
