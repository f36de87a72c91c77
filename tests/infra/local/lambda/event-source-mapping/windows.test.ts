import { describe, expect, test } from 'vitest';
import { openMapping } from './virtual-mapping.ts';

/**
 * In the timelines a window is 10 s long, seconds count from 12:00:00, letters are records where they arrive, and F is a
 * final invocation where it is made. An idle window is closed 1 s after its end.
 */

describe('boundaries', () => {
  test('a record belongs to the window of its arrival, start inclusive and end exclusive', async () => {
    //   0         10        20
    //   ├─────────┼─────────┤
    //   a        bc
    //             F
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

  test('windows are multiples of their length since the epoch, also where it does not divide a day', async () => {
    // 1767268800 (noon) = 7 × 252466971 + 3
    const mapping = await openMapping({ settings: { TumblingWindowInSeconds: 7 } });
    await mapping.put('a', 0);
    await mapping.put('b', 4);
    await mapping.until(5);
    expect(mapping.lines()).toEqual(['0 batch a [-3-4) {}', '4 final [-3-4) a', '4 batch b [4-11) {}']);
  });

  test('a batch lies in one window: what was read together is cut at the boundaries', async () => {
    const mapping = await openMapping();
    await mapping.until(40);
    for (const [letter, arrival] of [
      ['a', 1],
      ['b', 2],
      ['c', 12],
      ['d', 31],
      ['e', 32],
    ] as const) {
      mapping.putNow(letter, arrival);
    }
    await mapping.until(40.5);
    expect(mapping.lines()).toEqual([
      '40 batch ab [0-10) {}',
      '40 final [0-10) ab',
      '40 batch c [10-20) {}',
      '40 final [10-20) c',
      '40 batch de [30-40) {}',
    ]);
  });

  test('each shard has its own windows, states and final invocations', async () => {
    //         0         10
    //   #0    ├─a─────b─┤F
    //   #1    ├────c────┤F
    const mapping = await openMapping({ shardCount: 2 });
    await mapping.put('a', 1);
    await mapping.put('c', 5, { shard: 1 });
    await mapping.put('b', 8);
    await mapping.until(11);
    expect(mapping.lines().sort()).toEqual([
      '1 batch a [0-10) {}',
      '11 #1 final [0-10) c',
      '11 final [0-10) ab',
      '5 #1 batch c [0-10) {}',
      '8 batch b [0-10) a',
    ]);
  });
});

describe('state', () => {
  test('the first invocation of a window gets {}, the next what the last returned, and the final that too', async () => {
    const mapping = await openMapping();
    await mapping.put('a', 1);
    await mapping.put('b', 2);
    await mapping.put('c', 3);
    await mapping.until(11);
    expect(mapping.lines()).toEqual([
      '1 batch a [0-10) {}',
      '2 batch b [0-10) a',
      '3 batch c [0-10) ab',
      '11 final [0-10) abc',
    ]);
  });

  test('a returned state replaces the old one whole, and comes back unchanged', async () => {
    const states = [{ old: 1 }, { n: 1.5, deep: { list: [1, null, 'ü', true] }, '': '' }];
    const mapping = await openMapping({ handler: () => ({ state: states.shift() ?? {} }) });
    await mapping.put('a', 1);
    await mapping.put('b', 2);
    await mapping.put('c', 3);
    await mapping.until(4);
    expect(mapping.calls.map(({ event }) => event.state)).toEqual([
      {},
      { old: 1 },
      { n: 1.5, deep: { list: [1, null, 'ü', true] }, '': '' },
    ]);
  });

  test('the next window begins with {}, whatever the final invocation returned', async () => {
    const mapping = await openMapping();
    await mapping.put('a', 1);
    await mapping.put('b', 11);
    await mapping.until(12);
    expect(mapping.lines()).toEqual(['1 batch a [0-10) {}', '11 final [0-10) a', '11 batch b [10-20) {}']);
  });
});

describe('the final invocation', () => {
  test('has no records, the last state, and the one flag', async () => {
    const mapping = await openMapping();
    await mapping.put('a', 1);
    await mapping.until(11);
    expect(mapping.calls.at(-1)?.event).toEqual({
      Records: [],
      shardId: 'shardId-000000000000',
      eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/letters',
      window: { start: '2026-01-01T12:00:00Z', end: '2026-01-01T12:00:10Z' },
      state: { letters: 'a' },
      isFinalInvokeForWindow: true,
      isWindowTerminatedEarly: false,
    });
  });

  test('comes before the first batch of a later window, which waits until it is over', async () => {
    //   0         10        20            every invocation takes 3 s
    //   ├─────────┼─────────┤
    //   a          b
    //              F──batch b
    const mapping = await openMapping({ invokeMs: 3000 });
    await mapping.put('a', 0);
    await mapping.put('b', 10.5);
    await mapping.until(20);
    expect(mapping.lines()).toEqual([
      '0 batch a [0-10) {}',
      '10.5 final [0-10) a',
      '13.5 batch b [10-20) {}',
    ]);
  });

  test('comes for an idle window once its end and the idle time have passed', async () => {
    const mapping = await openMapping({ idleSeconds: 120 });
    await mapping.put('a', 1);
    await mapping.until(129.999);
    expect(mapping.lines()).toEqual(['1 batch a [0-10) {}']);
    await mapping.until(130);
    expect(mapping.lines(1)).toEqual(['130 final [0-10) a']);
  });

  test('does not come for an idle window while the shard is behind: a record may still be on its way', async () => {
    //   0         10        20        30
    //   ├─────────┼─────────┼─────────┤
    //   a       b                       b is there, but read only from 25 s on
    //                            b F
    let isBehind = false;
    const mapping = await openMapping({
      environment: (environment) => ({
        ...environment,
        reader: {
          ...environment.reader,
          read: async (arn, shardId, position, limits) => {
            if (!isBehind) {
              return environment.reader.read(arn, shardId, position, limits);
            }
            await environment.clock.sleep(1000);
            return { records: [], next: position, millisBehindLatest: 5000, ended: false };
          },
        },
      }),
    });
    await mapping.put('a', 0);
    await mapping.until(1);
    isBehind = true;
    await mapping.put('b', 8);
    await mapping.until(25);
    expect(mapping.lines()).toEqual(['0 batch a [0-10) {}']);
    isBehind = false;
    await mapping.until(30);
    expect(mapping.lines(1)).toEqual(['26 batch b [0-10) a', '26 final [0-10) ab']);
  });

  test('may return nothing', async () => {
    const mapping = await openMapping({
      handler: (event) => (event.isFinalInvokeForWindow ? undefined : { state: {} }),
    });
    await mapping.put('a', 1);
    await mapping.put('b', 11);
    await mapping.until(21);
    expect(mapping.lines()).toEqual([
      '1 batch a [0-10) {}',
      '11 final [0-10) {}',
      '11 batch b [10-20) {}',
      '21 final [10-20) {}',
    ]);
  });

  test('must return a state where the mapping is strict', async () => {
    let finals = 0;
    const mapping = await openMapping({
      strictFinal: true,
      handler: (event) => (event.isFinalInvokeForWindow && ++finals < 3 ? {} : { state: {} }),
    });
    await mapping.put('a', 1);
    await mapping.until(20);
    expect(mapping.lines()).toEqual([
      '1 batch a [0-10) {}',
      '11 final [0-10) {}',
      '11.25 final [0-10) {}',
      '11.75 final [0-10) {}',
    ]);
  });

  test('a window without records has no invocation', async () => {
    //   0         10        20        30        40
    //   ├─────────┼─────────┼─────────┼─────────┤
    //   a          F                    b
    const mapping = await openMapping();
    await mapping.until(15);
    expect(mapping.lines()).toEqual([]);
    await mapping.put('a', 21);
    await mapping.put('b', 63);
    await mapping.until(65);
    expect(mapping.lines()).toEqual(['21 batch a [20-30) {}', '31 final [20-30) a', '63 batch b [60-70) {}']);
  });
});

describe('a backlog', () => {
  const backlog = {
    createdAt: 3600,
    before: (mapping: { putNow(data: string, arrival: number): void }) => {
      for (const [letter, arrival] of [
        ['a', 1],
        ['b', 12],
        ['c', 13],
        ['d', 35],
      ] as const) {
        mapping.putNow(letter, arrival);
      }
    },
  };

  test('is replayed from TRIM_HORIZON window after window at once, in the windows of its arrivals', async () => {
    const mapping = await openMapping({ ...backlog, settings: { StartingPosition: 'TRIM_HORIZON' } });
    await mapping.until(3600.5);
    expect(mapping.lines()).toEqual([
      '3600 batch a [0-10) {}',
      '3600 final [0-10) a',
      '3600 batch bc [10-20) {}',
      '3600 final [10-20) bc',
      '3600 batch d [30-40) {}',
      '3600 final [30-40) d',
    ]);
  });

  test('is replayed from AT_TIMESTAMP on, which may lie in the middle of a window', async () => {
    const mapping = await openMapping({
      ...backlog,
      settings: { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: 1767268800 + 12.5 },
    });
    await mapping.until(3600.5);
    expect(mapping.lines()).toEqual([
      '3600 batch c [10-20) {}',
      '3600 final [10-20) c',
      '3600 batch d [30-40) {}',
      '3600 final [30-40) d',
    ]);
  });

  test('is passed over from LATEST, which is settled when the mapping is made', async () => {
    const mapping = await openMapping({
      ...backlog,
      settings: { StartingPosition: 'LATEST', Enabled: false },
    });
    await mapping.put('e', 3601);
    mapping.kill();
    await mapping.start();
    await mapping.update({ Enabled: true });
    await mapping.until(3602);
    expect(mapping.lines()).toEqual(['3601 batch e [3600-3610) {}']);
  });
});

describe('a record that arrives out of order', () => {
  test('is folded into the open window when that is later, and is counted', async () => {
    //   0         10        20
    //   ├─────────┼─────────┤
    //              a b F
    //   b's arrival is at 9
    const mapping = await openMapping();
    await mapping.put('a', 11);
    await mapping.put('b', 12, { arrival: 9 });
    await mapping.until(21);
    expect(mapping.lines()).toEqual(['11 batch a [10-20) {}', '12 batch b [10-20) a', '21 final [10-20) ab']);
    const [status] = await mapping.mappings.status();
    expect(status?.shards[0]?.lateRecords).toBe(1);
  });

  test('opens its own window again, with {}, when none is open', async () => {
    const mapping = await openMapping();
    await mapping.put('a', 1);
    await mapping.put('b', 12, { arrival: 9 });
    await mapping.until(13);
    expect(mapping.lines()).toEqual([
      '1 batch a [0-10) {}',
      '11 final [0-10) a',
      '12 batch b [0-10) {}',
      '12 final [0-10) b',
    ]);
  });
});
