import { useState } from 'react';
import { holdRange } from '@/components/dashboard/held-range';
import type { WindowsAnswer } from '@/lib/contract/answers';

interface Kept {
  readonly key: string;
  readonly newest: WindowsAnswer;
  readonly shown: WindowsAnswer;
}

/**
 * What is shown: the newest answer, or, while it is held, the newest answer in the range that was on screen when the hold
 * began. `key` names what was asked for: another question ends the hold.
 */
export function useHeldAnswer(
  newest: WindowsAnswer | null,
  isHeld: boolean,
  key: string,
): WindowsAnswer | null {
  const [kept, setKept] = useState<Kept | null>(null);
  const base = isHeld && kept?.key === key ? kept : null;
  if (newest === null || newest === base?.newest) return base?.shown ?? newest;
  const shown = base === null ? newest : holdRange(base.shown, newest);
  // During the render, for an effect would let the moved range be seen for one frame.
  if (isHeld) setKept({ key, newest, shown });
  else if (kept !== null) setKept(null);
  return shown;
}
