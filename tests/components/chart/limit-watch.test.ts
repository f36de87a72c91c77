import { expect, test } from 'vitest';
import { type LimitWatch, limitMessage, watchLimit } from '../../../components/chart/limit-watch.ts';
import { createFormat } from '../../../components/ui/format.ts';
import type { Slot } from '../../../lib/core/slot.ts';
import { slot } from '../slots.ts';

const LIMIT = 10_000;
const at = (index: number, state: Slot['state'], salesCents: number | null) =>
  slot(index, state, { salesCents, recordCount: 47 });

/** The windows that each look in turn finds to be news, by the amounts in them. */
function newsOf(...looks: readonly (readonly Slot[])[]): (number | null)[][] {
  let watch: LimitWatch | null = null;
  return looks.map((windows) => {
    const next = watchLimit(watch, LIMIT, windows);
    watch = next.watch;
    return next.news.map((window) => window.salesCents);
  });
}

test('what has reached the limit before anyone watched is no news, now or later', () => {
  const windows = [at(0, 'closed', 20_000), at(1, 'open', 15_000)];
  expect(newsOf(windows, windows, [at(0, 'closed', 20_000), at(1, 'closed', 16_000)])).toEqual([[], [], []]);
});

test('an open window is news once: when it reaches the limit, and not again when it goes on or closes', () => {
  expect(
    newsOf(
      [at(0, 'open', null)],
      [at(0, 'open', 9999)],
      [at(0, 'open', 10_000)],
      [at(0, 'open', 12_000)],
      [at(0, 'closed', 13_000), at(1, 'open', null)],
    ),
  ).toEqual([[], [], [10_000], [], []]);
});

test('a window that was open or waited for at the first look is news when it closes at the limit', () => {
  const first = [at(0, 'closing', 100), at(1, 'open', 100)];
  expect(newsOf(first, [at(0, 'closed', 11_000), at(1, 'open', 100)])).toEqual([[], [11_000]]);
});

test('history that comes into sight is no news', () => {
  expect(newsOf([at(5, 'open', 1)], [at(0, 'closed', 50_000), at(5, 'open', 2)])).toEqual([[], []]);
});

test('who comes back hears of all windows of the meantime at once, in their order', () => {
  const later = [at(2, 'closed', 30_000), at(1, 'closed', 20_000), at(3, 'open', 10)];
  expect(newsOf([at(1, 'open', 1)], later)).toEqual([[], [20_000, 30_000]]);
});

test('another limit is watched anew', () => {
  const first = watchLimit(null, LIMIT, [at(0, 'open', 5000)]);
  expect(watchLimit(first.watch, 4000, [at(0, 'open', 5000)]).news).toEqual([]);
});

test('a message says which window, how much, and whether that is final; many are one message', () => {
  const format = createFormat({ currency: 'USD', zone: 'utc', locale: 'en-US' });
  const message = (...news: Slot[]) => limitMessage(news, LIMIT, format);
  expect(message(at(0, 'open', 12_000))).toEqual({
    title: '15:56–15:58 reached $100',
    body: '$120 so far from 47 records, not final yet.',
  });
  expect(message(at(0, 'closed', 12_000)).body).toBe('Closed with $120 from 47 records.');
  expect(message({ ...at(0, 'closed', 12_000), recordCount: 1 }).body).toBe(
    'Closed with $120 from 1 record.',
  );
  expect(message(at(0, 'closed', 12_000), at(1, 'open', 11_000))).toEqual({
    title: '2 windows reached $100',
    body: 'The newest is 15:58–16:00 with $110 so far.',
  });
});
