import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timeTicks } from '../../../components/chart/time-ticks.ts';
import { createFormat } from '../../../components/ui/format.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function slots(fromMs: number, count: number, stepMs: number) {
  return Array.from({ length: count }, (_, index) => ({
    startMs: fromMs + index * stepMs,
    endMs: fromMs + (index + 1) * stepMs,
  }));
}

function labels(ticks: ReturnType<typeof timeTicks>, zone = 'UTC') {
  const format = createFormat({ currency: 'USD', zone: 'local', locale: 'en-GB', localZone: zone });
  return ticks.map((tick) => format.time(tick.startMs) + (tick.dated ? ` ${format.day(tick.startMs)}` : ''));
}

function offset(zone: string) {
  return createFormat({ currency: 'USD', zone: 'local', localZone: zone }).offsetMs;
}

const utc = () => 0;
const JAN_24 = Date.UTC(2021, 0, 24);

test('an hour of windows is labelled every ten minutes, the date at the first', () => {
  const hour = slots(JAN_24 + 13 * HOUR + 32 * MINUTE, 30, 2 * MINUTE);
  expect(labels(timeTicks(hour, utc, 8))).toEqual([
    '13:40 Sun 24 Jan',
    '13:50',
    '14:00',
    '14:10',
    '14:20',
    '14:30',
  ]);
});

test('after midnight of the shown zone the date comes again', () => {
  const night = slots(JAN_24 + 22 * HOUR, 24, 5 * MINUTE);
  expect(labels(timeTicks(night, offset('Europe/Berlin'), 4), 'Europe/Berlin')).toEqual([
    '23:00 Sun 24 Jan',
    '23:30',
    '00:00 Mon 25 Jan',
    '00:30',
  ]);
});

test('round times are those of the zone, also where it is half an hour off', () => {
  const day = slots(JAN_24, 24, HOUR / 2);
  expect(labels(timeTicks(day, offset('Asia/Kolkata'), 5), 'Asia/Kolkata')[0]).toBe('06:00 Sun 24 Jan');
});

test('when the clocks go back, the hour that repeats is labelled twice', () => {
  const night = slots(Date.UTC(2021, 9, 30, 23), 12, 20 * MINUTE);
  expect(labels(timeTicks(night, offset('Europe/Berlin'), 4), 'Europe/Berlin')).toEqual([
    '01:00 Sun 31 Oct',
    '02:00',
    '02:00',
    '03:00',
  ]);
});

test('windows that miss the round times are labelled at the first start after them', () => {
  const odd = slots(JAN_24 + 7000, 20, 7000);
  expect(labels(timeTicks(odd, utc, 3))).toEqual(['00:01:03 Sun 24 Jan', '00:02:06']);
});

test('a range without a round time still says when it is', () => {
  expect(labels(timeTicks(slots(JAN_24 + 7 * MINUTE, 1, 2 * MINUTE), utc, 1))).toEqual(['00:07 Sun 24 Jan']);
  expect(timeTicks([], utc, 8)).toEqual([]);
});

test('labels are slots, ascending, few, and the first is dated', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2_000_000_000 }),
      fc.integer({ min: 1, max: 150 }),
      fc.integer({ min: 1, max: 7200 }),
      (fromSeconds, count, stepSeconds) => {
        const all = slots(fromSeconds * 1000, count, stepSeconds * 1000);
        const ticks = timeTicks(all, offset('Europe/Berlin'), 8);
        const starts = ticks.map((tick) => tick.startMs);
        expect(all.map((slot) => slot.startMs)).toEqual(expect.arrayContaining(starts));
        expect([...starts].sort((a, b) => a - b)).toEqual(starts);
        // One more may come from a beginning that is round, and two from clocks that go back.
        expect(ticks.length).toBeLessThanOrEqual(11);
        expect(ticks[0]?.dated).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});
