import { expect, test } from 'vitest';
import { collect, openMapping } from './virtual-mapping.ts';

const shard = (index: number) => `shardId-${String(index).padStart(12, '0')}`;

test("a split closes the parent's window at once; the children begin the same window afresh", async () => {
  //        0         10
  //   #0   ├─a─┤F             split at 3
  //   #1       ├──b──┤F
  //   #2       ├────c┤F
  const mapping = await openMapping();
  await mapping.put('a', 1);
  await mapping.until(3);
  mapping.stream.split(shard(0));
  await mapping.put('b', 5, { shard: 1 });
  await mapping.put('c', 8, { shard: 2 });
  await mapping.until(11);
  expect(mapping.lines()).toEqual([
    '1 batch a [0-10) {}',
    '3 final [0-10) a',
    '5 #1 batch b [0-10) {}',
    '8 #2 batch c [0-10) {}',
    '11 #1 final [0-10) b',
    '11 #2 final [0-10) c',
  ]);
});

test('a merge starts the child when both parents are drained and closed', async () => {
  let failures = 2;
  const mapping = await openMapping({
    shardCount: 2,
    handler: (event) => {
      if (event.isFinalInvokeForWindow && event.shardId === shard(1) && failures-- > 0) throw new Error('no');
      return collect(event);
    },
  });
  await mapping.put('a', 1);
  await mapping.put('b', 2, { shard: 1 });
  await mapping.until(3);
  mapping.stream.merge(shard(0), shard(1));
  mapping.putNow('c', 3, 2);
  await mapping.until(5);
  expect(mapping.lines()).toEqual([
    '1 batch a [0-10) {}',
    '2 #1 batch b [0-10) {}',
    '3 final [0-10) a',
    '3 #1 final [0-10) b',
    '3.25 #1 final [0-10) b',
    '3.75 #1 final [0-10) b',
    '3.75 #2 batch c [0-10) {}',
  ]);
});

test('a parent that is behind is read to its end before its children', async () => {
  const mapping = await openMapping({ settings: { Enabled: false, BatchSize: 1 } });
  for (const [letter, arrival] of [
    ['a', 1],
    ['b', 2],
    ['c', 12],
  ] as const) {
    mapping.putNow(letter, arrival);
  }
  mapping.stream.split(shard(0));
  mapping.putNow('d', 13, 1);
  await mapping.until(14);
  await mapping.update({ Enabled: true });
  await mapping.until(15);
  expect(mapping.lines()).toEqual([
    '14 batch a [0-10) {}',
    '14 batch b [0-10) a',
    '14 final [0-10) ab',
    '14 batch c [10-20) {}',
    '14 final [10-20) c',
    '14 #1 batch d [10-20) {}',
  ]);
});

test('a waiting batch does not wait on when its shard has ended', async () => {
  const mapping = await openMapping({ settings: { MaximumBatchingWindowInSeconds: 300, BatchSize: 100 } });
  await mapping.put('a', 1);
  await mapping.until(2);
  mapping.stream.split(shard(0));
  await mapping.until(3);
  expect(mapping.lines()).toEqual(['2 batch a [0-10) {}', '2 final [0-10) a']);
});

test('children of children follow, also after a restart', async () => {
  const mapping = await openMapping({ invokeMs: 10 });
  await mapping.put('a', 1);
  await mapping.until(2);
  mapping.stream.split(shard(0));
  mapping.putNow('b', 2, 1);
  mapping.stream.split(shard(1));
  mapping.putNow('c', 2, 3);
  await mapping.until(2.025); // in the middle of b's invocation
  mapping.kill();
  await mapping.start();
  await mapping.until(11);
  expect(mapping.lines()).toEqual([
    '1 batch a [0-10) {}',
    '2 final [0-10) a',
    '2.01 #1 batch b [0-10) {}',
    '2.02 #1 final [0-10) b',
    '2.025 #1 final [0-10) b',
    '2.035 #3 batch c [0-10) {}',
    '11 #3 final [0-10) c',
  ]);
});

test('a shard that is gone from the stream has its window closed', async () => {
  const mapping = await openMapping();
  await mapping.put('a', 1);
  await mapping.until(2);
  mapping.stream.remove();
  await mapping.until(3);
  expect(mapping.lines()).toEqual(['1 batch a [0-10) {}', '2 final [0-10) a']);
});

test('a shard that is opened after a mapping from LATEST was made is read from its beginning', async () => {
  const mapping = await openMapping({ settings: { StartingPosition: 'LATEST', Enabled: false } });
  mapping.putNow('a', 1);
  mapping.stream.split(shard(0));
  mapping.putNow('b', 2, 1);
  await mapping.until(3);
  await mapping.update({ Enabled: true });
  await mapping.until(4);
  expect(mapping.lines()).toEqual(['3 batch a [0-10) {}', '3 final [0-10) a', '3 #1 batch b [0-10) {}']);
});
