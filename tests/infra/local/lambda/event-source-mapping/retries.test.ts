import { describe, expect, test } from 'vitest';
import { PIPELINE } from '../../../../../infra/pipeline.ts';
import { collect, type Handler, lettersIn, openMapping, throttled } from './virtual-mapping.ts';

/** Fails for every event with this letter, or for every final invocation with `F`, so many times. */
const failing =
  (letter: string, times = Number.POSITIVE_INFINITY): Handler =>
  (event) => {
    const isIt = letter === 'F' ? event.isFinalInvokeForWindow : lettersIn(event).includes(letter);
    if (isIt && times-- > 0) throw new Error(`no ${letter}`);
    return collect(event);
  };

const destination = { DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } } };

describe('a batch that fails', () => {
  test('is sent again, the same event under the same request id, and nothing overtakes it', async () => {
    const mapping = await openMapping({ handler: failing('a', 3) });
    await mapping.put('a', 1);
    await mapping.put('b', 1.1);
    await mapping.until(5);
    expect(mapping.lines()).toEqual([
      '1 batch a [0-10) {}',
      '1.25 batch a [0-10) {}',
      '1.75 batch a [0-10) {}',
      '2.75 batch a [0-10) {}',
      '2.75 batch b [0-10) a',
    ]);
    const [first, second, third, fourth, next] = mapping.calls;
    expect([second, third, fourth].every((call) => call?.payload === first?.payload)).toBe(true);
    expect([second, third, fourth].every((call) => call?.requestId === first?.requestId)).toBe(true);
    expect(next?.requestId).not.toBe(first?.requestId);
  });

  test('blocks its own shard alone', async () => {
    const mapping = await openMapping({ shardCount: 2, handler: failing('a') });
    await mapping.put('a', 1);
    await mapping.put('b', 2, { shard: 1 });
    await mapping.until(12);
    expect(mapping.lines().filter((line) => line.includes('#1'))).toEqual([
      '2 #1 batch b [0-10) {}',
      '11 #1 final [0-10) b',
    ]);
    expect(mapping.lines().filter((line) => !line.includes('#1')).length).toBeGreaterThan(4);
  });

  test('is sent again after 250 ms, then twice as long each time, 2 s at most, and 10 s after ten minutes', async () => {
    const mapping = await openMapping({ handler: failing('a') });
    await mapping.put('a', 0);
    await mapping.until(9);
    expect(mapping.calls.map(({ atMs }) => (atMs / 1000) % 60)).toEqual(
      [0, 0.25, 0.75, 1.75, 3.75, 5.75, 7.75].map((seconds) => expect.closeTo(seconds, 6)),
    );
    await mapping.until(660);
    const late = mapping.calls.slice(-2).map(({ atMs }) => atMs);
    expect((late[1] ?? 0) - (late[0] ?? 0)).toBe(10_000);
  });

  test.each([
    [0, ['1 batch a [0-10) {}']],
    [2, ['1 batch a [0-10) {}', '1.25 batch a [0-10) {}', '1.75 batch a [0-10) {}']],
  ])(
    'is given up after %d retries; the window goes on without it, from the last state',
    async (retries, attempts) => {
      const mapping = await openMapping({
        settings: { MaximumRetryAttempts: retries },
        handler: failing('a'),
      });
      await mapping.put('z', 0);
      await mapping.put('a', 1);
      await mapping.put('b', 5);
      await mapping.until(11);
      expect(mapping.lines()).toEqual([
        '0 batch z [0-10) {}',
        ...attempts.map((line) => line.replace('{}', 'z')),
        '5 batch b [0-10) z',
        '11 final [0-10) zb',
      ]);
      const [status] = await mapping.mappings.status();
      expect(status?.shards[0]?.droppedRecords).toBe(1);
    },
  );

  test('is sent until it expires when there is no limit (-1), and is given up then', async () => {
    const mapping = await openMapping({
      settings: { MaximumRetryAttempts: -1, ...destination },
      retentionSeconds: 60,
      handler: failing('a'),
    });
    await mapping.put('a', 1);
    await mapping.until(61);
    expect(mapping.failures).toEqual([]);
    await mapping.until(75);
    expect(mapping.failures.map(({ body }) => JSON.parse(body).requestContext.condition)).toEqual([
      'RecordAgeExceeded',
    ]);
  });

  test('that was not invoked for a throttle does not use up its attempts', async () => {
    let throttles = 4;
    const mapping = await openMapping({
      settings: { MaximumRetryAttempts: 0 },
      handler: (event) => (throttles-- > 0 ? throttled : collect(event)),
    });
    await mapping.put('a', 1);
    await mapping.until(6);
    expect(mapping.lines()).toEqual([
      '1 batch a [0-10) {}',
      '1.25 batch a [0-10) {}',
      '1.75 batch a [0-10) {}',
      '2.75 batch a [0-10) {}',
      '4.75 batch a [0-10) {}',
    ]);
  });
});

describe('a final invocation that fails', () => {
  test('suspends the shard until it succeeds, and comes again with the same state', async () => {
    //   0         10        20
    //   ├─────────┼─────────┤
    //   a          b
    //              F F   F  F     at 11, 11.25, 11.75 and 12.75
    const mapping = await openMapping({ handler: failing('F', 3) });
    await mapping.put('a', 1);
    await mapping.put('b', 11);
    await mapping.until(13);
    expect(mapping.lines(1)).toEqual([
      '11 final [0-10) a',
      '11.25 final [0-10) a',
      '11.75 final [0-10) a',
      '12.75 final [0-10) a',
      '12.75 batch b [10-20) {}',
    ]);
  });

  test('is given up when its attempts are: the aggregate is lost, and the next window begins with {}', async () => {
    const mapping = await openMapping({
      settings: { MaximumRetryAttempts: 1 },
      handler: failing('F', 2),
    });
    await mapping.put('a', 1);
    await mapping.put('b', 11);
    await mapping.until(22);
    expect(mapping.lines(1)).toEqual([
      '11 final [0-10) a',
      '11.25 final [0-10) a',
      '11.25 batch b [10-20) {}',
      '21 final [10-20) b',
    ]);
  });

  test('comes again with the same state from the next process, whatever arrived late in between', async () => {
    const mapping = await openMapping({ handler: failing('F', 2) });
    await mapping.put('a', 1);
    await mapping.until(11.5);
    mapping.kill();
    mapping.putNow('l', 9);
    await mapping.start();
    await mapping.until(13);
    expect(mapping.lines(1)).toEqual([
      '11 final [0-10) a',
      '11.25 final [0-10) a',
      '11.5 final [0-10) a',
      '11.5 batch l [0-10) {}',
      '11.5 final [0-10) l',
    ]);
  });

  test('has no age: MaximumRecordAgeInSeconds does not end its retries', async () => {
    const mapping = await openMapping({
      settings: { MaximumRecordAgeInSeconds: 60 },
      retentionSeconds: 60,
      handler: failing('F', 15),
    });
    await mapping.put('a', 1);
    await mapping.until(200);
    expect(mapping.lines().filter((line) => line.includes('final'))).toHaveLength(16);
  });
});

describe('MaximumRecordAgeInSeconds', () => {
  test('gives up, without an invocation, what is older when its turn comes; younger records go on', async () => {
    const mapping = await openMapping({
      settings: { MaximumRecordAgeInSeconds: 60, Enabled: false, ...destination },
    });
    await mapping.put('a', 1);
    await mapping.put('b', 2);
    await mapping.put('c', 12);
    await mapping.until(70);
    await mapping.update({ Enabled: true });
    await mapping.until(70.5);
    expect(mapping.lines()).toEqual(['70 batch c [10-20) {}', '70 final [10-20) c']);
    expect(mapping.failures).toHaveLength(1);
    expect(JSON.parse(mapping.failures[0]?.body ?? '')).toMatchObject({
      requestContext: { condition: 'RecordAgeExceeded', approximateInvokeCount: 1 },
      KinesisBatchInfo: { batchSize: 2 },
    });
  });

  test('gives up a failing batch once it is older', async () => {
    const mapping = await openMapping({
      settings: { MaximumRecordAgeInSeconds: 60, ...destination },
      handler: failing('a'),
    });
    await mapping.put('a', 1);
    await mapping.until(80);
    expect(JSON.parse(mapping.failures[0]?.body ?? '').requestContext).toMatchObject({
      condition: 'RecordAgeExceeded',
      approximateInvokeCount: mapping.calls.length,
    });
  });
});

describe('BisectBatchOnFunctionError', () => {
  test('halves a failing batch until the bad record is alone; the state goes from half to half', async () => {
    const mapping = await openMapping({
      settings: { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1, Enabled: false },
      handler: failing('x'),
    });
    for (const letter of 'abxcd') mapping.putNow(letter, 1);
    await mapping.until(2);
    await mapping.update({ Enabled: true });
    await mapping.until(11);
    expect(mapping.lines()).toEqual([
      '2 batch abxcd [0-10) {}',
      '2 batch abx [0-10) {}',
      '2 batch ab [0-10) {}',
      '2 batch x [0-10) ab',
      '2.25 batch x [0-10) ab',
      '2.25 batch cd [0-10) ab',
      '11 final [0-10) abcd',
    ]);
    const ids = mapping.calls.map(({ requestId }) => requestId);
    expect(new Set(ids).size).toBe(ids.length - 1); // the one retry has its batch's id
  });

  test('cannot halve a final invocation', async () => {
    const mapping = await openMapping({
      settings: { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1 },
      handler: failing('F'),
    });
    await mapping.put('a', 1);
    await mapping.until(20);
    expect(mapping.lines(1)).toEqual(['11 final [0-10) a', '11.25 final [0-10) a']);
  });
});

describe("with the pipeline's own settings", () => {
  const esm = PIPELINE.eventSourceMapping;
  const settings = {
    ...destination,
    BatchSize: esm.batchSize,
    MaximumBatchingWindowInSeconds: esm.maximumBatchingWindowSeconds,
    MaximumRetryAttempts: esm.maximumRetryAttempts,
    MaximumRecordAgeInSeconds: esm.maximumRecordAgeSeconds,
    BisectBatchOnFunctionError: esm.bisectBatchOnFunctionError,
  };
  const HOUR = 3600;

  test('an outage of 19 hours loses nothing: batches and finals are tried until it is over', async () => {
    let isDown = false;
    const finals: string[] = [];
    const mapping = await openMapping({
      settings,
      retentionSeconds: PIPELINE.stream.retentionHours * HOUR,
      handler: (event) => {
        if (isDown) throw new Error('SlowDown');
        if (event.isFinalInvokeForWindow) finals.push(event.state?.letters ?? '');
        return collect(event);
      },
    });
    await mapping.put('a', 1);
    await mapping.until(5);
    isDown = true;
    for (const letter of 'bcd') await mapping.put(letter, 6 + letter.charCodeAt(0) - 98);
    await mapping.put('e', HOUR);
    await mapping.until(19 * HOUR);
    expect(finals).toEqual([]);
    isDown = false;
    await mapping.until(19 * HOUR + 60);
    expect(finals).toEqual(['abcd', 'e']);
    expect(mapping.failures).toEqual([]);
  });

  test('a poison pill is told apart: it alone is given up, and all around it is counted', async () => {
    const mapping = await openMapping({
      settings: { ...settings, Enabled: false },
      retentionSeconds: PIPELINE.stream.retentionHours * HOUR,
      handler: failing('x'),
    });
    for (const letter of 'abx') mapping.putNow(letter, 0);
    for (const letter of 'cd') mapping.putNow(letter, 9.9);
    await mapping.until(2);
    await mapping.update({ Enabled: true });
    await mapping.put('e', 12);
    await mapping.until(21 * HOUR);
    const lines = mapping.lines();
    const pill = lines.findLastIndex((line) => line.includes('batch x '));
    expect(lines.slice(pill + 1).map((line) => line.slice(line.indexOf(' ')))).toEqual([
      ' batch cd [0-10) ab',
      ' final [0-10) abcd',
      ' batch e [10-20) {}',
      ' final [10-20) e',
    ]);
    expect(mapping.failures.map(({ body }) => JSON.parse(body).KinesisBatchInfo.batchSize)).toEqual([1]);
  });
});
