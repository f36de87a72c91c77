import type { Format } from '@/components/ui/format';
import type { Slot, SlotState } from '@/lib/core/slot';

/** The one word, or two, for each state, in chart, table and announcements alike. */
export const STATE_WORDS: Readonly<Record<SlotState, string>> = {
  closed: 'closed',
  open: 'open, so far',
  closing: 'closing, waiting for the total',
  late: 'late, still no total',
  missing: 'missing, sent but no file',
  empty: 'no sales',
  within: 'in a longer window',
  before: 'before the first data',
  future: 'not begun',
};

/** What a state that raises a question means, and what comes next; empty for the plain ones. */
export function stateSentence(slot: Slot, format: Format): string {
  const range = format.range(slot.startMs, slot.endMs);
  switch (slot.state) {
    case 'closing':
      return 'Window ended. Waiting for the consumer to write its total, usually under 10 s.';
    case 'late':
      return 'Still no total 30 s after the window ended. Check the consumer in the diagram below.';
    case 'empty':
      return `Nobody sold anything between ${range.replace('–', ' and ')}, so no file was written.`;
    case 'missing':
      return `${format.count(slot.recordCount)} records were sent for ${range} but no file exists.`;
    case 'within':
      return 'Windows were longer then: this time is counted in the bar before.';
    case 'before':
      return 'Nothing is known of this time: it lies before the first data.';
    default:
      return '';
  }
}
