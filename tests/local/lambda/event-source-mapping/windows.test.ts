import { expect, test } from 'vitest';
import { openMapping } from './virtual-mapping.ts';

/** In the timelines every window is 10 s long; a letter is a record, F a final invocation, seconds count from 12:00:00. */

test('a record belongs to the window of its arrival, start inclusive and end exclusive', async () => {
  //   0         10        20
  //   ├─────────┼─────────┤
  //   a      b  c
  //             Fc
  const mapping = await openMapping();
  await mapping.put('a', 0);
  await mapping.put('b', 9.999);
  await mapping.put('c', 10);
  await mapping.until(10.5);
  expect(mapping.lines()).toEqual([
    '0 batch a [0-10) {}',
    '9.999 batch b [0-10) a',
    '10 final [0-10) ab',
    '10 batch c [10-20) {}',
  ]);
});
