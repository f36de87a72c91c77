import type { Format } from '@/components/ui/format';
import { lackWords } from '@/lib/contract/lack-words';
import type { Slot, SlotState } from '@/lib/core/slot';

/** The one word, or two, for each state, in chart, table and announcements alike. */
export const STATE_WORDS: Readonly<Record<SlotState, string>> = {
  closed: 'closed',
  open: 'open, so far',
  closing: 'closing, waiting for the total',
  late: 'late, still no total',
  missing: 'missing, sent but no file',
  incomplete: 'incomplete, its sales are not known',
  empty: 'no sales',
  within: 'in a longer window',
  before: 'before the first data',
  future: 'not begun',
};

/** The same with what an original result leaves to be guessed. */
export function stateWords({ state, inferred }: Pick<Slot, 'state' | 'inferred'>): string {
  return `${STATE_WORDS[state]}${inferred ? ', inferred from the time of its file' : ''}`;
}

/** What a state that raises a question means, and what comes next; empty for the plain ones. */
export function stateSentence(slot: Slot, format: Format): string {
  const range = format.range(slot.startMs, slot.endMs);
  switch (slot.state) {
    case 'closing':
      return slot.soFar.recordCount > 0
        ? 'Window ended. Waiting for the consumer to write its total, usually under 10 s.'
        : 'Window ended. Nothing has been seen in it so far.';
    case 'late':
      return 'Still no total 30 s after the window ended. Check the consumer in the diagram below.';
    case 'empty':
      return `Nobody sold anything between ${range.replace('–', ' and ')}, so no file was written.`;
    case 'missing':
      return `${format.records(slot.recordCount)} ${slot.recordCount === 1 ? 'was' : 'were'} sent for ${range} but no file exists.`;
    case 'within':
      return 'Windows were longer then: this time is counted in the bar before.';
    case 'before':
      return 'Nothing is known of this time: it lies before the first data.';
    default:
      return lackWords(slot.lack, format);
  }
}

/** True of what is not to be taken for the whole. */
export function isDoubtful({ state, lack }: Pick<Slot, 'state' | 'lack'>): boolean {
  return lack !== null || state === 'late' || state === 'missing' || state === 'incomplete';
}
