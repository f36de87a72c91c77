import 'server-only';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WindowsAnswer } from '../contract/answers.ts';
import type { NamedRange } from '../core/range.ts';
import { rangeText } from '../core/range.ts';
import { dashboard } from './dashboard.ts';
import { isAskedByName } from './request-guard.ts';
import { windowsAnswer } from './windows-answer.ts';

/** A page that comes now with a skeleton is better than one that comes late with numbers. */
const PATIENCE_MS = 300;

/**
 * What the page shows first, when that is known in time and asked for by a name of the page's; else null, and the page asks
 * for itself and says what is wrong. Without
 * what only an opened window shows, for it travels in the page's HTML.
 */
export async function firstView(
  asked: Headers,
  day: string,
  range: NamedRange,
  details: string,
): Promise<WindowsAnswer | null> {
  try {
    const gate = dashboard();
    if (!isAskedByName(asked, gate)) return null;
    const { store, loop } = gate;
    const query = new URLSearchParams({ day, range: rangeText(range), with: details });
    const reading = windowsAnswer(store, loop, query);
    const answer = await Promise.race([reading, sleep(PATIENCE_MS, null)]);
    // Whoever asks next finds it read; how it fails is told then, too.
    if (answer === null) reading.catch(() => {});
    return (
      answer && { ...answer, slots: answer.slots.map((slot) => ({ ...slot, objects: [], requests: [] })) }
    );
  } catch {
    return null;
  }
}
