import { expect, test } from 'vitest';
import { type BarsInPixels, soFarPlace } from '../../../components/chart/so-far-place.ts';

const BASE = 256;
/** Thirty bars on a tablet: the letters reach over two of them. */
const bars = (...tops: number[]): BarsInPixels => ({ tops, base: BASE, each: 21, width: 16.8 });

test('with room between its neighbours it stands right over its bar, however tall they are', () => {
  expect(soFarPlace(1, { ...bars(40, 250, 40), each: 37.6, width: 28 })).toEqual({
    y: 242,
    anchor: 'middle',
    leader: null,
  });
});

test('with a blank to its right it starts over its bar and lies over the blank', () => {
  expect(soFarPlace(1, bars(40, 250, BASE, BASE))).toEqual({ y: 242, anchor: 'start', leader: null });
});

test('at the right edge it rises above the bars that it would lie on, and a line leads to its own', () => {
  //    so far
  //   █     │
  // █ █  █  ▒
  expect(soFarPlace(3, bars(20, 90, 120, 250))).toEqual({
    y: 82,
    anchor: 'end',
    leader: { fromY: 86, toY: 247 },
  });
  expect(soFarPlace(7, { ...bars(20, 90, 99, 99, 99, 99, 99, 250), each: 7, width: 5.6 }).y).toBe(82);
});

test('where something stands to the right, or too little room is left, it ends over its bar', () => {
  expect(soFarPlace(1, bars(250, 250, BASE, 100)).anchor).toBe('end');
  expect(soFarPlace(1, bars(250, 250, BASE)).anchor).toBe('end');
});

test('a bar about as tall as its neighbours needs no line, nor does the first of all', () => {
  expect(soFarPlace(2, bars(200, 100, 110))).toEqual({ y: 92, anchor: 'end', leader: null });
  expect(soFarPlace(0, bars(110))).toEqual({ y: 102, anchor: 'end', leader: null });
});
