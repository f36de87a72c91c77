import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Grip, moved, surroundings } from '../../../components/chart/span.ts';
import { spanQuery } from '../../../components/live/url-state.ts';

const at = (time: string) => Date.parse(`2021-01-24T${time}:00Z`);
const span = (from: string, to: string) => ({ fromMs: at(from), toMs: at(to) });
/** The day in steps of ten minutes. */
const EDGES = Array.from({ length: 145 }, (_, index) => at('00:00') + index * 600_000);
const MINUTE = 60_000;

test('the address of a range between two times names them and the day that it begins in', () => {
  expect(spanQuery(span('14:56', '14:58'))).toEqual({
    day: '2021-01-24',
    range: { fromMs: 1611500160000, toMs: 1611500280000 },
  });
});

test('around a span lie the whole UTC days that it touches, a year at most', () => {
  expect(surroundings(span('14:56', '14:58'))).toEqual({ day: '2021-01-24', range: 'day' });
  expect(surroundings({ fromMs: at('00:00'), toMs: at('00:00') + 86_400_000 })?.range).toBe('day');
  expect(surroundings({ fromMs: at('23:00'), toMs: at('23:00') + 2 * 3_600_000 })).toEqual({
    day: '2021-01-24',
    range: { fromMs: at('00:00'), toMs: at('00:00') + 2 * 86_400_000 },
  });
  expect(surroundings({ fromMs: at('12:00'), toMs: at('12:00') + 366 * 86_400_000 })).toBeNull();
});

test('an end goes to the nearest edge and stops before the other end', () => {
  const by = (grip: Grip, minutes: number) => moved(span('12:00', '14:00'), grip, minutes * MINUTE, EDGES);
  expect(by('from', 14)).toEqual(span('12:10', '14:00'));
  expect(by('from', -16)).toEqual(span('11:40', '14:00'));
  expect(by('from', 900)).toEqual(span('13:50', '14:00'));
  expect(by('from', -Infinity)).toEqual(span('00:00', '14:00'));
  expect(by('to', -900)).toEqual(span('12:00', '12:10'));
  expect(by('to', Infinity)).toEqual({ fromMs: at('12:00'), toMs: at('00:00') + 86_400_000 });
});

test('an end between two edges goes on to the next one, and no further', () => {
  const narrow = span('12:02', '12:08');
  expect(moved(narrow, 'from', 10 * MINUTE, EDGES)).toEqual(span('12:00', '12:08'));
  expect(moved(narrow, 'to', 10 * MINUTE, EDGES)).toEqual(span('12:02', '12:20'));
});

test('the whole keeps its length and stays among the edges, wherever it is moved', () => {
  expect(moved(span('12:02', '12:08'), 'whole', 14 * MINUTE, EDGES)).toEqual(span('12:12', '12:18'));
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 143 }),
      fc.integer({ min: 1, max: 144 }),
      fc.oneof(fc.integer({ min: -2000, max: 2000 }), fc.constantFrom(-Infinity, Infinity)),
      fc.constantFrom<Grip>('from', 'to', 'whole'),
      (first, length, minutes, grip) => {
        const fromMs = EDGES[first] ?? 0;
        const toMs = EDGES[Math.min(144, first + length)] ?? 0;
        const after = moved({ fromMs, toMs }, grip, minutes * MINUTE, EDGES);
        expect(EDGES).toContain(after.fromMs);
        expect(EDGES).toContain(after.toMs);
        expect(after.fromMs).toBeLessThan(after.toMs);
        if (grip === 'whole') expect(after.toMs - after.fromMs).toBe(toMs - fromMs);
        if (grip === 'from') expect(after.toMs).toBe(toMs);
        if (grip === 'to') expect(after.fromMs).toBe(fromMs);
      },
    ),
  );
});
