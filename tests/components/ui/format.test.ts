import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countdown, createFormat } from '../../../components/ui/format.ts';
import { MAX_CENTS } from '../../../lib/core/cents.ts';

const utc = createFormat({ currency: 'USD', zone: 'utc', locale: 'en-US' });
const berlin = createFormat({ currency: 'USD', zone: 'local', locale: 'en-US', localZone: 'Europe/Berlin' });

test('an unknown amount or count is a dash, never zero', () => {
  expect([utc.money(null), utc.count(null), utc.money(0), utc.count(0)]).toEqual(['–', '–', '$0', '0']);
});

test('a sum of whatever amounts is shown to the cent, or as a dash where cents are no longer exact', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: MAX_CENTS }), { maxLength: 150 }), (amounts) => {
      const exact = amounts.reduce((sum, cents) => sum + BigInt(cents), 0n);
      const shown = utc.money(amounts.reduce((sum, cents) => sum + cents, 0));
      const digits = BigInt(shown.replace(/\D/g, '') || -1);
      expect(digits).toBe(exact > MAX_CENTS ? -1n : shown.includes('.') ? exact : exact / 100n);
      expect(shown.includes('.')).toBe(exact <= MAX_CENTS && exact % 100n !== 0n);
    }),
  );
});

test('cents are shown only where there are any', () => {
  expect([utc.money(4_218_700), utc.money(1_250), utc.money(-300)]).toEqual(['$42,187', '$12.50', '-$3']);
});

test('a range is shown in the chosen zone', () => {
  const startMs = Date.UTC(2021, 0, 24, 15, 56);
  expect([utc.range(startMs, startMs + 120_000), berlin.range(startMs, startMs + 120_000)]).toEqual([
    '15:56–15:58',
    '16:56–16:58',
  ]);
});

test('windows shorter than a minute show the seconds of both their ends', () => {
  const startMs = Date.UTC(2021, 0, 24, 15, 56);
  expect(utc.range(startMs, startMs + 10_000)).toBe('15:56:00–15:56:10');
});

test('a range over the hour that repeats names both zones', () => {
  const startMs = Date.UTC(2021, 9, 31, 0, 58);
  expect(berlin.range(startMs, startMs + 120_000)).toBe('02:58 GMT+2–02:00 GMT+1');
});

test('a countdown rounds up and never falls below zero', () => {
  expect([countdown(84_000), countdown(83_001), countdown(0), countdown(-5000)]).toEqual([
    '1:24',
    '1:24',
    '0:00',
    '0:00',
  ]);
});

test("numbers and days are the reader's, whatever the language of the words", () => {
  const german = createFormat({ currency: 'EUR', zone: 'utc', locale: 'de-DE' });
  expect(german.money(4_218_750)).toMatch(/^42\.187,50\s€$/);
  expect([german.count(1234567), german.day(Date.UTC(2021, 0, 24))]).toEqual(['1.234.567', 'So., 24. Jan.']);
  expect(createFormat({ currency: 'USD', zone: 'utc', locale: 'no such tag' }).count(1234)).toBe('1,234');
});

test('one record is one record', () => {
  expect([0, 1, 2, null].map(utc.records)).toEqual(['0 records', '1 record', '2 records', '– records']);
});
