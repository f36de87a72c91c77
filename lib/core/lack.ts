import { sumCents } from './cents.ts';

/** What a sum is known to lack, so that it is never taken for the whole. */
export interface Lack {
  /** Objects under keys of results that cannot be read as such. */
  readonly unreadable: number;
  /** Results that are there and have not been read yet. */
  readonly unread: number;
  /** Records that Lambda gave up after all attempts. */
  readonly givenUpRecords: number;
  /** The sales among them; null when it is not known, or beyond what cents say exactly. */
  readonly givenUpCents: number | null;
}

/** What the window that starts then lacks. */
export interface WindowLack extends Lack {
  readonly startMs: number;
}

export const UNREADABLE: Lack = { unreadable: 1, unread: 0, givenUpRecords: 0, givenUpCents: 0 };
export const UNREAD: Lack = { unreadable: 0, unread: 1, givenUpRecords: 0, givenUpCents: 0 };

/** All of it in one; null when nothing is lacking. */
export function lackOf(lacks: readonly Lack[]): Lack | null {
  if (lacks.length === 0) return null;
  let givenUpCents: number | null = 0;
  const cents: number[] = [];
  for (const lack of lacks) {
    if (lack.givenUpCents === null) givenUpCents = null;
    else cents.push(lack.givenUpCents);
  }
  return {
    unreadable: lacks.reduce((sum, lack) => sum + lack.unreadable, 0),
    unread: lacks.reduce((sum, lack) => sum + lack.unread, 0),
    givenUpRecords: lacks.reduce((sum, lack) => sum + lack.givenUpRecords, 0),
    givenUpCents: givenUpCents === null ? null : sumCents(cents),
  };
}
