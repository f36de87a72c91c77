import { expect, test } from 'vitest';
import { splitWords } from '../../lib/split-words.ts';

/** 24 January 2021, 15:56 UTC: the start of a window of two minutes. */
const T = 1_611_503_760_000;
const W = 120_000;
const format = {
  count: String,
  time: (ms: number) => new Date(ms).toISOString().slice(11, 16),
};

function click(...shares: readonly (readonly [window: number, recordCount: number, counted: boolean])[]) {
  return {
    receipt: {
      requestId: 'request',
      sentMs: T + 119_000,
      durationMs: 2000,
      recordCount: 156,
      salesCents: 4_218_700,
      complete: true,
      errorMessage: null,
      raw: '{}',
    },
    shares: shares.map(([window, recordCount, counted]) => ({
      startMs: T + window * W,
      endMs: T + (window + 1) * W,
      recordCount,
      salesCents: recordCount * 100,
      counted,
      keys: ['k'],
    })),
  };
}

test.each([
  ['both counted', click([0, 91, true], [1, 65, true])],
  ['the second still open', click([1, 65, false], [0, 91, true])],
  ['in two parts of one window', click([0, 90, true], [0, 1, false], [1, 65, false])],
])('a click in two windows says how many records came before the end of the first: %s', (_, split) => {
  expect(splitWords(split, format)).toBe(
    'Your 156 records fall into two windows: 91 before 15:58 and 65 after.',
  );
});

test.each([
  ['in one window', click([0, 156, true])],
  ['not all seen yet', click([0, 91, true])],
  ['seen more often than sent', click([0, 156, true], [1, 65, true])],
  ['in three windows', click([0, 50, true], [1, 60, true], [2, 46, true])],
  ['not seen at all', click()],
])('any other click says nothing of it: %s', (_, whole) => {
  expect(splitWords(whole, format)).toBeNull();
});
