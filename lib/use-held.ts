import { useState } from 'react';
import type { WindowsAnswer } from './answers.ts';
import { holdRange } from './held-range.ts';

/**
 * What is shown: the newest answer, or, while it is held, the newest answer in the range that was on screen when the hold
 * began. `key` names what was asked for: another question ends the hold.
 */
export function useHeld(newest: WindowsAnswer | undefined, isHeld: boolean, key: string) {
  const [kept, setKept] = useState<{ key: string; shown: WindowsAnswer } | null>(null);
  const base = isHeld && kept?.key === key ? kept.shown : null;
  const shown = newest === undefined || base === null ? newest : holdRange(base, newest);
  // Follows during the render: an effect would show the moved range for one frame.
  if (shown === undefined || !isHeld) {
    if (kept !== null) setKept(null);
  } else if (kept?.key !== key || kept.shown !== shown) setKept({ key, shown });
  return shown;
}
