import { describe, expect, test } from 'vitest';
import { closesAtMs, countedOf, stepsOf } from '../../../components/clicks/steps.ts';
import { click, T, W } from '../slots.ts';

const states = (of: Parameters<typeof stepsOf>[0]) => stepsOf(of).map(({ state }) => state);

describe('a receipt goes from sent to its file', () => {
  test('step by step, and never back', () => {
    const sent = click(0, 10, []);
    const half = click(0, 10, [[0, 4, false]]);
    const seen = click(0, 10, [[0, 10, false]]);
    const filed = click(0, 10, [[0, 10, true]]);
    expect([sent, half, seen, filed].map(states)).toEqual([
      ['done', 'done', 'now', 'todo'],
      ['done', 'done', 'now', 'todo'],
      ['done', 'done', 'done', 'now'],
      ['done', 'done', 'done', 'done'],
    ]);
    expect([sent, half, seen, filed].map(countedOf)).toEqual([0, 4, 10, 10]);
  });

  test('of two windows, the later one decides when all of it is in files', () => {
    const split = click(0, 10, [
      [0, 4, true],
      [1, 6, false],
    ]);
    expect(states(split)).toEqual(['done', 'done', 'done', 'now']);
    expect(closesAtMs(split)).toBe(T + 2 * W);
    expect(closesAtMs(click(0, 10, [[0, 10, true]]))).toBeNull();
  });

  test('and stops where it is lost, late, twice there or never begun', () => {
    expect(states(click(0, 10, [[0, 4, true]], true))).toEqual(['done', 'done', 'doubt', 'todo']);
    expect(states(click(0, 10, [[0, 10, false]], true))).toEqual(['done', 'done', 'done', 'doubt']);
    expect(states(click(0, 10, [[0, 20, true]]))).toEqual(['done', 'done', 'doubt', 'done']);
    expect(states({ ...click(0, 0, []), receipt: null })).toEqual(['failed', 'todo', 'todo', 'todo']);
    expect(states(click(0, 0, []))).toEqual(['done', 'failed', 'todo', 'todo']);
  });
});
