import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  detailsOf,
  freezeUrlState,
  parseUrlState,
  serializeUrlState,
} from '../../../components/live/url-state.ts';

test('an address without a query is the default, and the default has no query', () => {
  expect(serializeUrlState(parseUrlState(''))).toBe('');
});

test.each([
  '?day=2021-02-30',
  '?day=yesterday',
  '?range=2h',
  '?range=20-10',
  '?range=0-999999999999999',
  '?limit=-5',
  '?limit=1.234',
  '?w=x',
  '?tz=mars',
  '?measure=weight',
  '?other=1',
])('what is not understood is ignored: %s', (search) => {
  expect(parseUrlState(search)).toEqual(parseUrlState(''));
});

test('every part of the address comes back', () => {
  const search =
    '?day=2021-01-24&range=day&tz=utc&view=table&measure=records&mode=total&cmp=yesterday&shards=1&limit=12.5&flags=1&w=1611503760000&vs=1611503640000&kiosk=1';
  expect(serializeUrlState(parseUrlState(search))).toBe(search);
});

test('bars are split by one thing at a time, and slots are asked for no more than that takes', () => {
  const state = parseUrlState('?measure=p95&shards=1&customers=1');
  expect(state.split).toBe('customer');
  expect(serializeUrlState(state)).toBe('?measure=p95&customers=1');
  expect(
    ['', '?shards=1', '?customers=1', '?measure=median', '?measure=p95&customers=1'].map((search) =>
      detailsOf(parseUrlState(search)),
    ),
  ).toEqual(['', '', 'customers', 'quantiles', 'customers,quantiles']);
});

test('no address throws, and what was understood survives a round trip', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (day, range, limit) => {
      const state = parseUrlState(`?${new URLSearchParams({ day, range, limit })}`);
      expect(parseUrlState(serializeUrlState(state))).toEqual(state);
    }),
  );
});

test('a frozen link names the two ends instead of a range that moves', () => {
  const fromMs = Date.UTC(2021, 0, 24, 15);
  const frozen = freezeUrlState(parseUrlState('?tz=utc'), { fromMs, toMs: fromMs + 3_600_000 });
  expect(serializeUrlState(frozen)).toBe('?day=2021-01-24&range=1611500400000-1611504000000&tz=utc');
});

test('what does not add up has no running total', () => {
  expect(parseUrlState('?measure=average&mode=total')).toMatchObject({ measure: 'average', mode: 'window' });
});
