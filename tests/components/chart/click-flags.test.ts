import { expect, test } from 'vitest';
import { clickFlags, flagWords } from '../../../components/chart/click-flags.ts';
import type { Click } from '../../../lib/contract/click.ts';
import { click, slot, T, W } from '../slots.ts';

const SLOTS = [slot(0, 'closed'), slot(1, 'empty'), slot(2, 'open')];
const failed = (sentMs: number): Click => ({ ...click(0, 0, []), sentMs, receipt: null });

test('a click is flagged in the slot in which it was sent, and outside all slots nowhere', () => {
  const flags = clickFlags(SLOTS, [
    { ...click(0, 5, []), sentMs: T + W - 1 },
    { ...click(0, 5, []), sentMs: T + W },
    click(1, 5, []),
    { ...click(0, 5, []), sentMs: T - 1 },
    { ...click(0, 5, []), sentMs: T + 3 * W },
  ]);
  expect([...flags]).toEqual([
    [T, { clicks: 1, failed: 0 }],
    [T + W, { clicks: 2, failed: 0 }],
  ]);
});

test('a click has failed when nothing of it got into the stream', () => {
  const flags = clickFlags(SLOTS, [failed(T + 1), click(0, 0, []), click(0, 1, [])]);
  expect(flags.get(T)).toEqual({ clicks: 3, failed: 2 });
});

test('how many, and how many of them failed', () => {
  const words = (clicks: number, failed: number) => flagWords({ clicks, failed }, String);
  expect([words(1, 0), words(3, 1), words(1, 1), words(2, 2)]).toEqual([
    '1',
    '3, 1 of them failed',
    '1, which failed',
    '2, all of which failed',
  ]);
});
