// node --test node-test.test.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateWindows } from 'tumbling-windows/testing';
import { handler } from './sales-consumer.cjs';

test('two windows, two sums', async () => {
  const run = await simulateWindows(handler, {
    windowSeconds: 120,
    records: [
      { at: '12:00:01', data: { sales: 246 } },
      { at: '12:02:30', data: { sales: 1 } },
    ],
  });
  assert.deepEqual(
    run.finals.map(({ state }) => state),
    [{ sales: 246 }, { sales: 1 }],
  );
});
