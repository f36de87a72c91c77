import { expect, test } from 'vitest';
import { barAt, centsAt, nearestBar, withinBox } from '../../../components/chart/plot.ts';
import { niceScale } from '../../../components/chart/scale.ts';
import { daysBeside } from '../../../components/toolbar/days-beside.ts';

test('a point belongs to the bar whose place it is in, and outside the plot to none', () => {
  // 568 wide: a plot of 500 px between 56 and 556
  expect([55, 56, 105, 106, 555, 556].map((x) => barAt(x, 568, 10))).toEqual([null, 0, 0, 1, 9, null]);
  expect(barAt(100, 568, 0)).toBeNull();
});

test('a drag that leaves the plot ends at the bar nearest to it', () => {
  expect([-40, 300, 900].map((x) => nearestBar(x, 568, 10))).toEqual([0, 4, 9]);
});

test('a height is an amount within the scale, in steps that people count in', () => {
  const scale = niceScale([400_000]);
  // 300 high: a plot of 232 px between 24 and 256
  expect([0, 24, 140, 256, 300].map((y) => centsAt(y, 300, scale))).toEqual([
    400_000, 400_000, 200_000, 0, 0,
  ]);
  expect(centsAt(27, 300, scale)).toBe(395_000);
  expect(centsAt(127, 300, niceScale([42_187_00]))).toBe(4_400_000);
});

test('the days beside one are those that exist, also of a day that does not', () => {
  const days = ['today', '2021-01-24', '2021-01-20'];
  expect(daysBeside(days, 'today')).toEqual({ earlier: '2021-01-24', later: null });
  expect(daysBeside(days, '2021-01-24')).toEqual({ earlier: '2021-01-20', later: 'today' });
  expect(daysBeside(days, '2021-01-22')).toEqual({ earlier: '2021-01-20', later: '2021-01-24' });
  expect(daysBeside([], 'today')).toEqual({ earlier: null, later: null });
});

test('a label is moved as far as the edge of its box makes it, and no further', () => {
  // 10 letters: 33.75 px to each side
  const x = (wanted: number) => withinBox(wanted, 'Thu, Nov 2', 568);
  expect([0, 33, 34, 300, 534, 568].map(x)).toEqual([33.75, 33.75, 34, 300, 534, 534.25]);
});
