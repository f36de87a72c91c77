import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reconcile, verdictOf } from '../../../components/clicks/reconcile.ts';
import { markMissing } from '../../../components/live/missing-slots.ts';
import { createFormat } from '../../../components/ui/format.ts';
import { click, slot } from '../slots.ts';

const format = createFormat({ currency: 'USD', zone: 'utc', locale: 'en' });

function sums(recordCount: number) {
  return { recordCount, salesCents: recordCount * 100 };
}

describe('the account of a range', () => {
  const closed = slot(0, 'closed', { ...sums(91), rejected: 2 });
  const open = slot(1, 'open', { ...sums(65), soFar: sums(65) });

  test('sets what was sent against what was counted, is pending, and is rejected', () => {
    const account = reconcile(
      [closed, open],
      [
        click(0, 160, [
          [0, 91, true],
          [1, 65, false],
        ]),
      ],
    );
    expect(account).toEqual({
      sent: sums(160),
      sentCounted: sums(91),
      sentSoFar: sums(65),
      sentUnseen: sums(4),
      sentMissing: sums(0),
      surplus: sums(0),
      gone: sums(0),
      counted: sums(91),
      soFar: sums(65),
      soFarElsewhere: sums(0),
      rejected: 2,
    });
    expect(verdictOf(account, format)).toEqual({
      sign: 'pending',
      words: '91 of your 160 records are final, 69 in a window that is open.',
    });
  });

  test('is right when all is counted, and says what came from elsewhere', () => {
    const account = reconcile([closed], [click(0, 90, [[0, 90, true]])]);
    expect(verdictOf(account, format)).toEqual({
      sign: 'right',
      words: '90 of your 90 records counted; 1 came from others.',
    });
  });

  test('names what is missing once a result is overdue', () => {
    const account = reconcile([closed], [click(0, 156, [[0, 91, true]], true)]);
    expect(account.sentMissing).toEqual(sums(65));
    expect(verdictOf(account, format)).toMatchObject({
      sign: 'doubt',
      words: expect.stringMatching(/^Missing: 65/),
    });
  });

  test('names what was counted twice', () => {
    const account = reconcile([closed], [click(0, 45, [[0, 90, true]])]);
    expect(account).toMatchObject({ sent: sums(45), surplus: sums(45) });
    expect(verdictOf(account, format)).toEqual({
      sign: 'doubt',
      words: 'Duplicate: 45 records ($45) more counted than sent.',
    });
  });

  test('names what was counted and has gone from the bucket', () => {
    const account = reconcile([slot(0, 'empty')], [click(0, 45, [[0, 45, true]])]);
    expect(verdictOf(account, format)).toEqual({
      sign: 'doubt',
      words: 'Gone: 45 records ($45) were counted, and their results are not in the bucket any more.',
    });
  });

  test('does not take for gone what the slots are about to hold', () => {
    const before = slot(0, 'closing', { ...sums(45), soFar: sums(45) });
    const account = reconcile([before], [click(0, 45, [[0, 45, true]])]);
    expect(account.gone).toEqual(sums(0));
  });

  test('tells what others have in the open window apart from what it sent itself, heard of or not', () => {
    const trace = (requestId: string, recordCount: number) => ({
      requestId,
      ...sums(recordCount),
    });
    const requests = [trace('request-0', 40), trace('another', 25)];
    const account = reconcile(
      [slot(0, 'open', { ...sums(65), soFar: sums(65), requests })],
      [click(0, 40, [])],
    );
    expect(account).toMatchObject({ soFar: sums(65), soFarElsewhere: sums(25), sentUnseen: sums(40) });
  });

  test('leaves the count open when an original result does', () => {
    const original = slot(1, 'closed', { salesCents: 4_218_700, inferred: true });
    expect(reconcile([closed, original], []).counted).toEqual({
      recordCount: null,
      salesCents: 4_227_800,
    });
  });

  test('takes of a click only what falls into the range', () => {
    const split = click(0, 156, [
      [0, 91, true],
      [1, 65, true],
    ]);
    expect(reconcile([closed], [split]).sent).toEqual(sums(91));
    expect(reconcile([slot(1, 'closed', sums(65))], [split]).sent).toEqual(sums(65));
  });

  test('balances whatever happened: sent is counted, so far, unseen and missing, less what is there twice', () => {
    const anyShare = fc.tuple(
      fc.integer({ min: -1, max: 3 }),
      fc.integer({ min: 1, max: 300 }),
      fc.boolean(),
    );
    const anyClick = fc
      .tuple(
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 0, max: 300 }),
        fc.array(anyShare, { maxLength: 4 }),
        fc.boolean(),
      )
      .map(([index, count, shares, overdue]) => click(index, count, shares, overdue));
    fc.assert(
      fc.property(fc.array(anyClick, { maxLength: 6 }), (clicks) => {
        const slots = [0, 1, 2].map((index) => slot(index, 'empty'));
        const account = reconcile(slots, clicks);
        for (const field of ['recordCount', 'salesCents'] as const) {
          const { sentCounted, sentSoFar, sentUnseen, sentMissing, surplus } = account;
          const parts = [sentCounted, sentSoFar, sentUnseen, sentMissing];
          expect(account.sent[field]).toBe(
            parts.reduce((sum, part) => sum + part[field], 0) - surplus[field],
          );
          expect(surplus[field]).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe('a slot is missing', () => {
  const empty = [slot(0, 'before'), slot(1, 'empty'), slot(2, 'empty')];

  test('where records were sent that no window holds, once a result is overdue', () => {
    const marked = markMissing(empty, [click(0, 156, [], true), click(1, 7, [], true)]);
    expect(marked.map(({ state }) => state)).toEqual(['missing', 'missing', 'empty']);
    expect(marked[0]).toMatchObject({ recordCount: 156, salesCents: null });
  });

  test('never before that, nor when all is counted, nor where there is a result', () => {
    expect(markMissing(empty, [click(0, 156, [])])).toBe(empty);
    expect(markMissing(empty, [click(0, 156, [[1, 156, true]], true)])).toBe(empty);
    const closed = [slot(0, 'closed', sums(91))];
    expect(markMissing(closed, [click(0, 156, [[0, 91, true]], true)])).toBe(closed);
  });
});
