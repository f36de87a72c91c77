import { counted } from '../core/counted.ts';
import type { Lack } from '../core/lack.ts';

interface LackFormat {
  readonly count: (count: number) => string;
  readonly money: (cents: number) => string;
}

/** What a sum lacks, in a sentence; empty when that is nothing. */
export function lackWords(lack: Lack | null, format: LackFormat): string {
  if (lack === null) return '';
  const count = (n: number, one: string, more: string) => counted(n, one, more, format.count);
  const parts = [
    ...(lack.givenUpRecords > 0
      ? [
          `${count(lack.givenUpRecords, 'record was', 'records were')} given up by Lambda${lack.givenUpCents === null ? '' : ` (${format.money(lack.givenUpCents)})`}`,
        ]
      : []),
    ...(lack.unreadable > 0 ? [`${count(lack.unreadable, 'object', 'objects')} cannot be read`] : []),
    ...(lack.unread > 0 ? [`${count(lack.unread, 'object is', 'objects are')} still to be read`] : []),
  ];
  return `Incomplete: ${parts.join(', ')}.`;
}
