// npx vitest run vitest.test.mjs
import { simulateWindows } from 'tumbling-windows/testing';
import { expect, test } from 'vitest';
import { handler } from './sales-consumer.cjs';

test('a batch whose answer is lost is not counted twice', async () => {
  const run = await simulateWindows(handler, {
    windowSeconds: 120,
    records: [
      { at: '12:00:01', data: { sales: 246 } },
      { at: '12:00:02', data: { sales: 1 } },
    ],
    failures: [{ how: 'answer lost', call: 2 }],
  });
  expect(run.invocations.map(({ accepted }) => accepted)).toEqual([true, false, true, true]);
  expect(run.finals.map(({ state }) => state)).toEqual([{ sales: 247 }]);
});
