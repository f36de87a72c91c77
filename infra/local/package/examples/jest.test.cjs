// npx jest jest.test.cjs
const { simulateWindows } = require('tumbling-windows/testing');
const { handler } = require('./sales-consumer.cjs');

test('a shard that is split gives each of its children a window', async () => {
  const run = await simulateWindows(handler, {
    windowSeconds: 120,
    records: [
      { at: '12:00:01', data: { sales: 246 } },
      { at: '12:00:20', data: { sales: 1 }, shard: 1 },
      { at: '12:00:21', data: { sales: 2 }, shard: 2 },
    ],
    resharding: [{ at: '12:00:10', split: 0 }],
  });
  expect(run.finals.map(({ shardId, state }) => [shardId.slice(-1), state.sales])).toEqual([
    ['0', 246],
    ['1', 1],
    ['2', 2],
  ]);
});
