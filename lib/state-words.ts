import type { SlotState } from './core/slot.ts';

/** The one word, or two, for each state, in chart, table and announcements alike. */
export const STATE_WORDS: Readonly<Record<SlotState, string>> = {
  closed: 'closed',
  open: 'open, so far',
  closing: 'closing, waiting for the total',
  late: 'late, still no total',
  missing: 'missing, sent but no file',
  empty: 'no sales',
  before: 'before the first data',
  future: 'not begun',
};
