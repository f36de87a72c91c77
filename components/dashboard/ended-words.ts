import type { Format } from '@/components/ui/format';
import type { Slot } from '@/lib/core/slot';

/** What keeps results from coming, if anything: the page cannot read them, or nobody makes them. */
type Hindrance = 'unreadable' | 'consumer-stopped' | null;

/**
 * What became of the window before the open one. A total is promised only where there is one to come, and somebody to bring
 * it.
 */
export function endedWords(
  ended: Slot | null,
  open: Pick<Slot, 'endMs'>,
  hindrance: Hindrance,
  format: Format,
): string {
  if (ended === null) return `Ends at ${format.clock(open.endMs)}; the next one begins then.`;
  const range = format.range(ended.startMs, ended.endMs);
  const isUntouched = ended.soFar.recordCount === 0 && (ended.recordCount ?? 0) === 0;
  switch (ended.state) {
    case 'closed':
      return `${range} closed: ${format.money(ended.salesCents)} from ${format.records(ended.recordCount)}`;
    case 'late':
      return `${range} is late: still no total.`;
    case 'closing':
      if (hindrance === 'unreadable') return `${range} ended: what became of it cannot be read now.`;
      if (hindrance === 'consumer-stopped')
        return `${range} ended: the consumer is stopped, its total waits.`;
      return isUntouched
        ? `${range} ended: nothing has been seen in it.`
        : `${range} ended: its total comes in under 10 s`;
    default:
      return '';
  }
}
