import { describe, expect, test } from 'vitest';
import { collect, openMapping, throttled } from './virtual-mapping.ts';

describe('BatchSize', () => {
  test('is the most records of a batch', async () => {
    const mapping = await openMapping({ settings: { BatchSize: 2, Enabled: false } });
    for (const letter of 'abcde') mapping.putNow(letter, 1);
    await mapping.until(1);
    await mapping.update({ Enabled: true });
    await mapping.until(2);
    expect(mapping.lines()).toEqual([
      '1 batch ab [0-10) {}',
      '1 batch cd [0-10) ab',
      '1 batch e [0-10) abcd',
    ]);
  });

  test('smaller batches are normal: without a batching window nothing waits', async () => {
    const mapping = await openMapping({ settings: { BatchSize: 100 } });
    await mapping.put('a', 1);
    await mapping.put('b', 1.001);
    await mapping.until(2);
    expect(mapping.lines()).toEqual(['1 batch a [0-10) {}', '1.001 batch b [0-10) a']);
  });
});

describe('MaximumBatchingWindowInSeconds', () => {
  const settings = { MaximumBatchingWindowInSeconds: 3, BatchSize: 3 };

  test('a batch waits that long for more records, from its first one on', async () => {
    const mapping = await openMapping({ settings });
    await mapping.put('a', 1);
    await mapping.put('b', 2);
    await mapping.until(3.999);
    expect(mapping.lines()).toEqual([]);
    await mapping.until(4);
    expect(mapping.lines()).toEqual(['4 batch ab [0-10) {}']);
  });

  test('a full batch does not wait', async () => {
    const mapping = await openMapping({ settings });
    await mapping.put('a', 1);
    await mapping.put('b', 2);
    await mapping.put('c', 2.5);
    await mapping.until(2.5);
    expect(mapping.lines()).toEqual(['2.5 batch abc [0-10) {}']);
  });

  test('a waiting batch is sent when its window ends, at the latest', async () => {
    //   0         10        20
    //   ├─────────┼─────────┤
    //            a F
    //             batch a
    const mapping = await openMapping({ settings });
    await mapping.put('a', 9);
    await mapping.until(12);
    expect(mapping.lines()).toEqual(['10 batch a [0-10) {}', '11 final [0-10) a']);
  });

  test('a record of the next window sends it at once', async () => {
    const mapping = await openMapping({ settings });
    await mapping.put('a', 8);
    await mapping.put('b', 10, { arrival: 10.5 });
    await mapping.until(10.5);
    expect(mapping.lines()).toEqual(['10 batch a [0-10) {}', '10 final [0-10) a']);
  });

  test('without windows it holds the same', async () => {
    const mapping = await openMapping({ settings: { ...settings, TumblingWindowInSeconds: 0 } });
    await mapping.put('a', 9);
    await mapping.put('b', 11);
    await mapping.until(20);
    expect(mapping.lines()).toEqual(['12 batch ab']);
  });
});

describe('an event of at most 6 MB', () => {
  const megabyte = 'x'.repeat(1_000_000);
  const sizes = (mapping: {
    calls: readonly { payload: string; event: { Records: readonly unknown[] } }[];
  }) =>
    mapping.calls.map(({ event, payload }) => [
      event.Records.length,
      Buffer.byteLength(payload) <= 6_291_456,
    ]);

  test('cuts a batch by its bytes, base64 and metadata included', async () => {
    // 1,000,000 bytes are 1,333,336 in base64: four of them fit.
    const mapping = await openMapping({
      settings: { Enabled: false },
      handler: () => ({ state: {} }),
    });
    for (let i = 0; i < 6; i += 1) mapping.putNow(megabyte, 1);
    await mapping.until(1);
    await mapping.update({ Enabled: true });
    await mapping.until(2);
    expect(sizes(mapping)).toEqual([
      [4, true],
      [2, true],
    ]);
  });

  test('counts the state that it hands on', async () => {
    const mapping = await openMapping({
      settings: { Enabled: false },
      handler: () => ({ state: { letters: megabyte } }),
    });
    mapping.putNow('a', 1);
    await mapping.until(1);
    await mapping.update({ Enabled: true });
    await mapping.until(1.5);
    await mapping.update({ Enabled: false });
    for (let i = 0; i < 5; i += 1) mapping.putNow(megabyte, 2);
    await mapping.update({ Enabled: true });
    await mapping.until(3);
    expect(sizes(mapping)).toEqual([
      [1, true],
      [3, true],
      [2, true],
    ]);
  });

  test('is filled to the byte', async () => {
    const mapping = await openMapping({ settings: { Enabled: false }, handler: () => ({ state: {} }) });
    mapping.putNow('', 1);
    await mapping.until(1);
    await mapping.update({ Enabled: true });
    await mapping.until(1.5);
    const empty = Buffer.byteLength(mapping.calls[0]?.payload ?? '');
    const room = Math.floor((6_291_456 - empty) / 4) * 3; // bytes of data whose base64 just fits
    mapping.putNow('x'.repeat(room), 2);
    await mapping.until(2);
    mapping.putNow('x'.repeat(room + 3), 3);
    await mapping.until(3);
    expect(mapping.calls).toHaveLength(2);
    expect(6_291_456 - Buffer.byteLength(mapping.calls[1]?.payload ?? '')).toBeLessThan(4);
  });

  test('a record alone that is larger never reaches the function, and uses up its attempts', async () => {
    const mapping = await openMapping({
      settings: {
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } },
      },
    });
    await mapping.put('x'.repeat(5_000_000), 1);
    await mapping.put('b', 2);
    await mapping.until(3);
    expect(mapping.lines()).toEqual(['2 batch b [0-10) {}']);
    const body = JSON.parse(mapping.failures[0]?.body ?? '');
    expect(body.requestContext).toMatchObject({
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 3,
    });
    expect(body).not.toHaveProperty('responseContext');
  });
});

test('a throttled batch keeps what it is: records that come meanwhile are of the next one', async () => {
  let throttles = 1;
  const mapping = await openMapping({ handler: (event) => (throttles-- > 0 ? throttled : collect(event)) });
  await mapping.put('a', 1);
  await mapping.put('b', 1.1);
  await mapping.until(2);
  expect(mapping.lines()).toEqual(['1 batch a [0-10) {}', '1.25 batch a [0-10) {}', '1.25 batch b [0-10) a']);
});
