import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Click, dueMs, parseClicks, sharesOf, unsettled } from '../../../lib/contract/click.ts';
import { describeClick, statusOf } from '../../../lib/contract/click-status.ts';

/** 24 January 2021, 15:56 UTC: the start of a window of two minutes. */
const T = 1_611_503_760_000;
const W = 120_000;
const times = { windowSeconds: 120, idleSeconds: 1 };
const format = {
  count: String,
  range: (startMs: number, endMs: number) => `${(startMs - T) / W}-${(endMs - T) / W}`,
};

function click(rest: Partial<Click> = {}): Click {
  return {
    id: 'click',
    place: 'here',
    sentMs: T + 119_000,
    durationMs: 2000,
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
    problem: null,
    shares: [],
    overdue: false,
    ...rest,
  };
}

function share(window: number, recordCount: number, counted: boolean) {
  const startMs = T + window * W;
  return { startMs, endMs: startMs + W, recordCount, salesCents: recordCount * 100, counted, keys: ['k'] };
}

describe('a receipt follows its click', () => {
  test.each([
    ['sent', []],
    ['in-stream', [share(0, 91, false)]],
    ['in-stream', [share(0, 91, true), share(1, 65, false)]],
    ['counted', [share(0, 91, true), share(1, 65, true)]],
    ['twice', [share(0, 91, true), share(1, 66, true)]],
    ['twice', [share(0, 156, true), share(1, 1, false)]],
  ] as const)('%s, by where its records are: %j', (status, shares) => {
    expect(statusOf(click({ shares }))).toBe(status);
  });

  test('names the windows, what is counted apart from what is only so far', () => {
    const counted = click({ shares: [share(0, 91, true), share(1, 65, true)] });
    expect(describeClick(counted, format)).toBe('counted: 91 in 0-1, 65 in 1-2');
    const half = click({ shares: [share(0, 91, true), share(1, 60, false)] });
    expect(describeClick(half, format)).toBe(
      'counted: 91 in 0-1; in stream, so far: 60 in 1-2; 5 on the way to the consumer',
    );
  });

  // 15:56        15:58        16:00
  //   |------------x|x----------|        sent from 15:57:59 to 15:58:01
  test('is due 30 s after the idle wait of the last window that it can fall into', () => {
    expect(dueMs(click(), times)).toBe(T + 2 * W + 31_000);
  });

  test('once overdue, is missing what no window holds, and late what the consumer has seen', () => {
    expect(statusOf(click({ overdue: true }))).toBe('missing');
    expect(statusOf(click({ overdue: true, shares: [share(0, 156, false)] }))).toBe('late');
    expect(describeClick(click({ overdue: true, shares: [share(0, 91, true)] }), format)).toBe(
      'counted: 91 in 0-1; 65 in no window, though a result is overdue',
    );
  });

  test('says why nothing was sent', () => {
    const problem = {
      kind: 'throttled',
      message: 'Too many.',
      fix: null,
      action: null,
      resource: null,
    } as const;
    const failed = click({ receipt: null, problem });
    expect(statusOf(failed)).toBe('failed');
    expect(describeClick(failed, format)).toBe('Too many.');
  });
});

test('the parts of a window become one share, what is counted apart from what is so far', () => {
  const part = (startMs: number, key: string, counted: boolean) => ({
    startMs,
    endMs: startMs + W,
    recordCount: 10,
    salesCents: 500,
    counted,
    key,
  });
  const trace = [part(T + W, 'c', false), part(T, 'a', true), part(T, 'b', true), part(T, 'd', false)];
  expect(sharesOf(trace)).toEqual([
    { startMs: T, endMs: T + W, recordCount: 20, salesCents: 1000, counted: true, keys: ['a', 'b'] },
    { startMs: T, endMs: T + W, recordCount: 10, salesCents: 500, counted: false, keys: ['d'] },
    { startMs: T + W, endMs: T + 2 * W, recordCount: 10, salesCents: 500, counted: false, keys: ['c'] },
  ]);
});

test('only clicks with records that are not counted yet are asked about, for a week', () => {
  const counted = click({ shares: [share(0, 156, true)], sentMs: T + 117_000 });
  const failed = click({ receipt: null });
  expect(unsettled([click(), counted, failed], T + W, times)).toEqual([click()]);
  expect(unsettled([click()], T + 119_000 + 7 * 86_400_000, times)).toEqual([]);
});

// What was sent again after the end of its window is in the next one, and counts there.
test('a counted click during which a window ended is asked about until the next window is settled', () => {
  const counted = click({ shares: [share(0, 156, true)] });
  expect(unsettled([counted], T + 2 * W + 31_000, times)).toEqual([counted]);
  expect(unsettled([counted], T + 2 * W + 31_001, times)).toEqual([]);
});

describe('the browser’s storage', () => {
  test('gives back the clicks that were put in', () => {
    const clicks = [click({ shares: [share(0, 91, true)] }), click({ receipt: null })];
    expect(parseClicks(JSON.stringify(clicks))).toEqual(clicks);
  });

  test.each([
    null,
    '',
    '{',
    'null',
    '{}',
    '[1, null, "x", {}]',
    JSON.stringify([{ ...click(), shares: [{ startMs: 'x' }] }]),
    JSON.stringify([{ ...click(), receipt: { requestId: 5 } }]),
    JSON.stringify([{ ...click(), sentMs: null }]),
  ])('may hold anything: %s', (text) => {
    expect(parseClicks(text)).toEqual([]);
  });

  test('never makes the page fail', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => Array.isArray(parseClicks(text))));
  });
});
