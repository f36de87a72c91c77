import { useState } from 'react';
import type { WindowsAnswer } from './answers.ts';
import { holdRange } from './held-range.ts';

/**
 * What is shown: the newest answer, or, while it is held, the newest answer in the range that was on screen when the hold
 * began. `key` names what was asked for: another question ends the hold.
 */
export function useHeld(newest: WindowsAnswer | undefined, isHeld: boolean, key: string) {
  const [kept, setKept] = useState<Kept | null>(null);
  const base = isHeld && kept?.key === key ? kept : null;
  // One answer is laid over what is held once: what comes of it is another object each time.
  const shown =
    newest === undefined || base === null
      ? newest
      : base.newest === newest
        ? base.shown
        : holdRange(base.shown, newest);
  // Follows during the render: an effect would show the moved range for one frame.
  if (shown === undefined || newest === undefined || !isHeld) {
    if (kept !== null) setKept(null);
  } else if (base?.newest !== newest) setKept({ key, newest, shown });
  return shown;
}

interface Kept {
  readonly key: string;
  readonly newest: WindowsAnswer;
  readonly shown: WindowsAnswer;
}
