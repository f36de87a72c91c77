import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test, vi } from 'vitest';
import type { WindowedHandler } from '../../../../infra/local/testing/handler-call.ts';
import { ScenarioError } from '../../../../infra/local/testing/plan.ts';
import type { FailingCall, Scenario, ScenarioRecord } from '../../../../infra/local/testing/scenario.ts';
import { simulateWindows } from '../../../../infra/local/testing/simulate-windows.ts';
import type { Invocation } from '../../../../infra/local/testing/window-run.ts';
import type { WindowedEvent } from '../../../../infra/local/testing/windowed-event.ts';

interface Letters {
  readonly letters: string;
}

const lettersIn = ({ Records }: WindowedEvent<Letters>) =>
  Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString()).join('');

/** Collects the records' letters in its state. */
const collect = (event: WindowedEvent<Letters>) => ({
  state: { letters: (event.state.letters ?? '') + lettersIn(event) },
});

/** `a 12:00:01, b 12:00:07`: letters and their arrival; `c 12:00:01>12:00:12`: readable only then; `d#1`: in shard 1. */
function letters(text: string): ScenarioRecord[] {
  return text.split(', ').map((part) => {
    const [, data = '', shard, at = '', readableAt] =
      /^(\w+)(?:#(\d))? ([\d:.]+)(?:>([\d:.]+))?$/.exec(part) ?? [];
    return {
      at,
      data,
      ...(shard === undefined ? {} : { shard: Number(shard) }),
      ...(readableAt === undefined ? {} : { readableAt }),
    };
  });
}

/** `1 12:00:01 a {}` and `4 12:00:12 final ab`: number, time, records or the kind of final, the state handed over. */
function line({ number, at, event, accepted, shardId }: Invocation): string {
  const { isFinalInvokeForWindow: final, isWindowTerminatedEarly: early, state } = event;
  const what = final ? (early ? 'early final' : 'final') : lettersIn(event);
  const shard = shardId.endsWith('0') ? '' : `#${shardId.at(-1)} `;
  const time = at.slice(11, 19);
  return `${number} ${time} ${shard}${what} ${state.letters ?? '{}'}${accepted ? '' : ' !'}`;
}

const run = async (
  records: string,
  scenario: Partial<Scenario> = {},
  handler: WindowedHandler<Letters> = collect,
) => {
  const result = await simulateWindows(handler, {
    windowSeconds: 10,
    records: letters(records),
    ...scenario,
  });
  return { ...result, lines: result.invocations.map(line) };
};

test('the example of the documentation', async () => {
  const handler = (event: WindowedEvent<{ sales: number }>) => {
    let sales = event.state.sales ?? 0;
    for (const { kinesis } of event.Records) {
      sales += JSON.parse(Buffer.from(kinesis.data, 'base64').toString()).sales;
    }
    return { state: { sales } };
  };
  const { finals, invocations } = await simulateWindows(handler, {
    windowSeconds: 120,
    records: [
      { at: '12:00:01', data: { sales: 246 } },
      { at: '12:02:30', data: { sales: 1 } },
    ],
  });
  expect(finals.map((final) => final.state)).toEqual([{ sales: 246 }, { sales: 1 }]);
  expect(finals.map(({ at, window }) => [at, window.end])).toEqual([
    ['2026-01-01T12:02:01.000Z', '2026-01-01T12:02:00Z'],
    ['2026-01-01T12:04:01.000Z', '2026-01-01T12:04:00Z'],
  ]);
  expect(Object.keys(invocations[0]?.event ?? {})).toEqual([
    'Records',
    'shardId',
    'eventSourceARN',
    'window',
    'state',
    'isFinalInvokeForWindow',
    'isWindowTerminatedEarly',
  ]);
});

describe('what a scenario can bring about', () => {
  test('an idle window is closed once its end and the idle time are over', async () => {
    const { lines } = await run('a 12:00:01, b 12:00:07', { idleSeconds: 5 });
    expect(lines).toEqual(['1 12:00:01 a {}', '2 12:00:07 b a', '3 12:00:15 final ab']);
  });

  test('batch size and batching window cut the batches', async () => {
    const records = 'a 12:00:01, b 12:00:01.100, c 12:00:01.200, d 12:00:06';
    const { lines } = await run(records, { batchSize: 2, batchingWindowSeconds: 3 });
    expect(lines).toEqual([
      '1 12:00:01 ab {}',
      '2 12:00:04 c ab',
      '3 12:00:09 d abc',
      '4 12:00:11 final abcd',
    ]);
  });

  test('partition keys decide on the shard, and each shard has windows of its own', async () => {
    const { invocations, finals } = await simulateWindows(collect, {
      windowSeconds: 10,
      shards: 2,
      records: ['a', 'b', 'c', 'd'].map((data) => ({ at: '12:00:01', data, partitionKey: data })),
    });
    // MD5: a 0cc1…, b 92eb…, c 4a8a…, d 8277…
    expect(finals.map(({ shardId, state }) => [shardId, state])).toEqual([
      ['shardId-000000000000', { letters: 'ac' }],
      ['shardId-000000000001', { letters: 'bd' }],
    ]);
    expect(invocations.every(({ shardId, event }) => event.shardId === shardId)).toBe(true);
  });

  test('a late record is folded into the window that is open', async () => {
    const { lines, finals } = await run('a 12:00:01, b 12:00:11, late 12:00:09>12:00:12');
    expect(lines).toEqual([
      '1 12:00:01 a {}',
      '2 12:00:11 final a',
      '3 12:00:11 b {}',
      '4 12:00:12 late b',
      '5 12:00:21 final blate',
    ]);
    expect(finals.map(({ window }) => window.start.slice(11, 19))).toEqual(['12:00:00', '12:00:10']);
  });

  test('a failing batch is tried again, and blocks its shard', async () => {
    const failures = [{ how: 'throws', when: ({ number }: { number: number }) => number <= 2 } as const];
    const { lines, invocations } = await run('a 12:00:01, b 12:00:02', { failures });
    expect(lines).toEqual([
      '1 12:00:01 a {} !',
      '2 12:00:01 a {} !',
      '3 12:00:01 a {}',
      '4 12:00:02 b a',
      '5 12:00:11 final ab',
    ]);
    expect(invocations.slice(0, 3).map(({ attempt, failure }) => [attempt, failure])).toEqual([
      [1, 'throws'],
      [2, 'throws'],
      [3, null],
    ]);
  });

  test('what is given up comes with its failure record', async () => {
    const handler = (event: WindowedEvent<Letters>) => {
      if (lettersIn(event).includes('p')) throw new TypeError('poison');
      return collect(event);
    };
    const { dropped, finals, invocations } = await run(
      'a 12:00:01, p 12:00:02',
      { maximumRetryAttempts: 1 },
      handler,
    );
    expect(finals.map(({ state }) => state)).toEqual([{ letters: 'a' }]);
    expect(dropped).toHaveLength(1);
    expect(dropped[0]?.records.map(({ kinesis }) => kinesis.data)).toEqual([
      Buffer.from('p').toString('base64'),
    ]);
    expect(dropped[0]?.failureRecord).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
      KinesisBatchInfo: { shardId: 'shardId-000000000000', batchSize: 1 },
    });
    expect(invocations[1]).toMatchObject({
      error: { errorType: 'TypeError', errorMessage: 'poison' },
      accepted: false,
      problem: 'TypeError: poison',
    });
  });

  test('a poison record without a limit blocks its shard until it is too old for the stream', async () => {
    const handler = (event: WindowedEvent<Letters>) => {
      if (lettersIn(event).includes('p')) throw new Error('poison');
      return collect(event);
    };
    const { dropped, finals, invocations } = await run('p 12:00:01, a 12:00:02', { batchSize: 1 }, handler);
    expect(dropped[0]?.failureRecord).toMatchObject({ requestContext: { condition: 'RecordAgeExceeded' } });
    expect(invocations.length).toBeGreaterThan(8000); // a day, every ten seconds
    expect(finals.map(({ at, state }) => [at.slice(0, 10), state])).toEqual([
      ['2026-01-02', { letters: 'a' }],
    ]);
  });

  test('bisecting tells the poison record apart', async () => {
    const handler = (event: WindowedEvent<Letters>) => {
      if (lettersIn(event).includes('p')) throw new Error('poison');
      return collect(event);
    };
    const { lines, dropped } = await run(
      'a 12:00:01, b 12:00:01, p 12:00:01, c 12:00:01',
      { maximumRetryAttempts: 0, bisectBatchOnFunctionError: true, batchingWindowSeconds: 1 },
      handler,
    );
    expect(lines.map((each) => each.slice(11))).toEqual([
      'abpc {} !',
      'ab {}',
      'pc ab !',
      'p ab !',
      'c ab',
      'final abc',
    ]);
    expect(dropped).toHaveLength(1);
  });

  test('reported items are sent again, with the state of those before them', async () => {
    let isFirst = true;
    const handler = (event: WindowedEvent<Letters>) => {
      const second = event.Records[1];
      if (!isFirst || second === undefined) return collect(event);
      isFirst = false;
      const batchItemFailures = [{ itemIdentifier: second.kinesis.sequenceNumber }];
      return { ...collect({ ...event, Records: event.Records.slice(0, 1) }), batchItemFailures };
    };
    const { lines } = await run(
      'a 12:00:01, b 12:00:01, c 12:00:01',
      { reportBatchItemFailures: true, batchingWindowSeconds: 1 },
      handler,
    );
    expect(lines.map((each) => each.slice(11))).toEqual(['abc {}', 'bc a', 'final abc']);
  });

  test('a state above the limit ends its window early', async () => {
    const { lines, finals } = await run('abc 12:00:01, d 12:00:02, e 12:00:03', { stateLimitBytes: 17 });
    expect(lines).toEqual([
      '1 12:00:01 abc {}',
      '2 12:00:02 d abc',
      '3 12:00:02 early final abcd',
      '4 12:00:03 e {}',
      '5 12:00:11 final e',
    ]);
    expect(finals.map(({ terminatedEarly }) => terminatedEarly)).toEqual([true, false]);
  });

  test('a split closes the parent, and its children start afresh', async () => {
    const { lines } = await run('a 12:00:01, b#1 12:00:05, c#2 12:00:06', {
      resharding: [{ at: '12:00:03', split: 0 }],
    });
    expect(lines).toEqual([
      '1 12:00:01 a {}',
      '2 12:00:03 final a',
      '3 12:00:05 #1 b {}',
      '4 12:00:06 #2 c {}',
      '5 12:00:11 #1 final b',
      '6 12:00:11 #2 final c',
    ]);
  });

  test('a merge closes both parents', async () => {
    const { lines } = await run('a#0 12:00:01, b#1 12:00:01, c#2 12:00:06', {
      shards: 2,
      resharding: [{ at: '12:00:03', merge: [0, 1] }],
    });
    expect(lines.map((each) => each.slice(11))).toEqual([
      'a {}',
      '#1 b {}',
      'final a',
      '#1 final b',
      '#2 c {}',
      '#2 final c',
    ]);
  });

  test.each([
    ['throws', 1],
    ['times out', 2],
    ['crashes', 2],
    ['answer lost', 2],
    ['killed', 2],
    ['throttled', 1],
  ] as const)(
    'a final invocation that %s: is made again as it was; the handler ran %i times',
    async (how, times) => {
      let ran = 0;
      const handler = (event: WindowedEvent<Letters>) => {
        if (event.isFinalInvokeForWindow) ran += 1;
        return collect(event);
      };
      const { invocations, finals } = await run('a 12:00:01', { failures: [{ how, call: 2 }] }, handler);
      expect(ran).toBe(times);
      expect(invocations).toHaveLength(3);
      expect(invocations[2]?.event).toEqual(invocations[1]?.event);
      expect(finals.map(({ number, state }) => [number, state])).toEqual([[3, { letters: 'a' }]]);
    },
  );

  test('a mapping that is killed cuts its batches anew, and folds nothing twice', async () => {
    const { lines } = await run('a 12:00:01, b 12:00:02, c 12:00:02', {
      failures: [{ how: 'killed', call: 2 }],
    });
    expect(lines).toEqual(['1 12:00:01 a {}', '2 12:00:02 b a !', '3 12:00:02 bc a', '4 12:00:11 final abc']);
  });

  test('a mapping that is killed makes the same event again as its next attempt', async () => {
    const first = { how: 'killed', when: ({ attempt }: FailingCall) => attempt === 1 } as const;
    const { finals, invocations } = await run('a 12:00:01, b 12:00:12', { failures: [first] });
    expect(invocations.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
    expect(finals.map(({ state }) => state)).toEqual([{ letters: 'a' }, { letters: 'b' }]);
  });

  test('a mapping that is killed for ever ends with the scenario', async () => {
    const always = { how: 'killed', when: ({ final }: FailingCall) => final } as const;
    const { finals, invocations, open } = await run('a 12:00:01', {
      failures: [always],
      until: '12:01:00',
    });
    expect({ finals, open: open.length }).toEqual({ finals: [], open: 1 });
    expect(invocations.length).toBeLessThan(40);
  });

  test('until stops the clock, and what is open is told', async () => {
    const { finals, open } = await run('a 12:00:01', { until: '12:00:05' });
    expect(finals).toEqual([]);
    expect(open).toEqual([
      {
        shardId: 'shardId-000000000000',
        window: { start: '2026-01-01T12:00:00Z', end: '2026-01-01T12:00:10Z' },
        state: { letters: 'a' },
      },
    ]);
  });

  test('an answer without a state blocks the shard, and the run says why', async () => {
    const { invocations } = await simulateWindows(() => ({}), {
      windowSeconds: 10,
      records: [{ at: '12:00:01', data: 'a' }],
      maximumRetryAttempts: 0,
    });
    expect(invocations[0]).toMatchObject({ answer: {}, accepted: false });
    expect(invocations[0]?.problem).toMatch(/object `state`/);
  });
});

describe('what a handler finds', () => {
  test('its Date is the scenario’s, and that of the test stays', async () => {
    const seen: number[] = [];
    const outside = setInterval(() => seen.push(Date.now()), 1);
    const handler = async (event: WindowedEvent<Letters>) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { state: { letters: `${event.state.letters ?? ''}${new Date().toISOString().slice(11, 19)} ` } };
    };
    const { finals } = await run('a 12:00:01, b 12:00:07', {}, handler);
    clearInterval(outside);
    expect(finals[0]?.state).toEqual({ letters: '12:00:01 12:00:07 ' });
    expect(finals[0]?.answer).toEqual({ state: { letters: '12:00:01 12:00:07 12:00:11 ' } });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every((ms) => Math.abs(ms - Date.now()) < 60_000)).toBe(true);
    expect(new Date()).toBeInstanceOf(Date);
  });

  test('the SDK writes to a bucket of any name, and each run has its own', async () => {
    const s3 = new S3Client({});
    const handler = async (event: WindowedEvent<Letters>) => {
      if (event.isFinalInvokeForWindow) {
        const Key = `sums/${event.window.start}.json`;
        await s3.send(new PutObjectCommand({ Bucket: 'results', Key, Body: event.state.letters ?? '' }));
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'results', Key }));
        const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket: 'results' }));
        return { state: { letters: `${await Body?.transformToString()} ${KeyCount}` } };
      }
      return collect(event);
    };
    const both = await Promise.all([
      run('a 12:00:01', {}, handler),
      run('b 12:00:11, c 12:00:21', {}, handler),
    ]);
    expect(both.map(({ objects }) => objects)).toEqual([
      [{ bucket: 'results', key: 'sums/2026-01-01T12:00:00Z.json', body: 'a' }],
      [
        { bucket: 'results', key: 'sums/2026-01-01T12:00:10Z.json', body: 'b' },
        { bucket: 'results', key: 'sums/2026-01-01T12:00:20Z.json', body: 'c' },
      ],
    ]);
    expect(both[1]?.finals.map(({ answer }) => answer)).toEqual([
      { state: { letters: 'b 1' } },
      { state: { letters: 'c 2' } },
    ]);
    expect(process.env.AWS_ENDPOINT_URL_S3).toBeUndefined();
  });

  test('the environment names a bucket, as where it is run', async () => {
    const s3 = new S3Client({});
    const handler = async (event: WindowedEvent<Letters>) => {
      const Bucket = process.env.BUCKET_NAME;
      if (event.isFinalInvokeForWindow)
        await s3.send(new PutObjectCommand({ Bucket, Key: 'sum', Body: 'x' }));
      return collect(event);
    };
    const bucketOf = async (scenario: Partial<Scenario>) =>
      (await run('a 12:00:01', scenario, handler)).objects.map(({ bucket }) => bucket);
    expect(await bucketOf({})).toEqual(['tumbling-window-results']);
    expect(await bucketOf({ environment: { BUCKET_NAME: 'mine' } })).toEqual(['mine']);
    expect(process.env.BUCKET_NAME).toBeUndefined();
  });

  test('S3 refuses where the scenario says so, and the error is the handler’s to pass on', async () => {
    const s3 = new S3Client({});
    const handler = async (event: WindowedEvent<Letters>) => {
      if (!event.isFinalInvokeForWindow) return collect(event);
      await s3.send(new PutObjectCommand({ Bucket: 'results', Key: 'sum', Body: event.state.letters ?? '' }));
      return collect(event);
    };
    const { invocations, objects } = await run(
      'a 12:00:01',
      { failures: [{ how: 's3 refuses', call: 2 }] },
      handler,
    );
    expect(invocations[1]).toMatchObject({ error: { errorType: 'AccessDenied' }, accepted: false });
    expect(invocations[2]).toMatchObject({ error: null, accepted: true });
    expect(objects).toEqual([{ bucket: 'results', key: 'sum', body: 'a' }]);
  });

  test('a bucket of a name that cannot be is refused as by S3', async () => {
    const s3 = new S3Client({});
    const handler = async () => {
      await s3.send(new PutObjectCommand({ Bucket: 'No', Key: 'sum', Body: 'x' }));
    };
    const { invocations } = await simulateWindows(handler, {
      windowSeconds: 10,
      records: letters('a 12:00:01'),
      maximumRetryAttempts: 0,
    });
    expect(invocations[0]?.error?.errorType).toBe('NoSuchBucket');
  });

  test('a callback answers, as Lambda’s older handlers do', async () => {
    const handler = (
      event: WindowedEvent<Letters>,
      _: unknown,
      done: (error: null, answer: object) => void,
    ) => {
      setImmediate(() => done(null, collect(event)));
    };
    const { finals } = await simulateWindows(handler, {
      windowSeconds: 10,
      records: [{ at: '12:00:01', data: 'a' }],
    });
    expect(finals[0]?.state).toEqual({ letters: 'a' });
  });

  test('fake timers of the test do not stop the run', async () => {
    vi.useFakeTimers();
    try {
      const before = new Date();
      const { finals } = await run('a 12:00:01');
      expect(finals[0]?.state).toEqual({ letters: 'a' });
      expect(new Date()).toEqual(before);
    } finally {
      vi.useRealTimers();
    }
  });

  test('its variables are in the environment while it runs', async () => {
    const handler = () => ({ state: { letters: process.env.SIMULATED ?? '' } });
    const { finals } = await run('a 12:00:01', { environment: { SIMULATED: 'yes' } }, handler);
    expect(finals[0]?.state).toEqual({ letters: 'yes' });
    expect(process.env.SIMULATED).toBeUndefined();
  });

  test('a handler that never answers is a time-out, and the run goes on', async () => {
    const handler = () => new Promise<never>(() => {});
    const { invocations, dropped } = await simulateWindows(handler, {
      windowSeconds: 10,
      records: [{ at: '12:00:01', data: 'a' }],
      maximumRetryAttempts: 0,
      timeoutSeconds: 1,
    });
    expect(invocations[0]?.error?.errorType).toBe('Sandbox.Timedout');
    expect(dropped).toHaveLength(1);
  });
});

test.each<[string, Partial<Scenario>]>([
  ['windowSeconds', { windowSeconds: 0 }],
  ['windowSeconds', { windowSeconds: 1.5 }],
  ['shards', { shards: 0 }],
  ['batchSize', { batchSize: 10_001 }],
  ['records[0].at', { records: [{ at: 'noon', data: '' }] }],
  ['records[0].readableAt', { records: [{ at: '12:00:01', readableAt: '12:00:00', data: '' }] }],
  ['records', { records: [{ at: '12:00:01', data: '', shard: 7 }] }],
  ['resharding', { records: [], resharding: [{ at: '12:00:01', split: 3 }] }],
  // As JavaScript writes it, where no compiler looks.
  ['batchsize', JSON.parse('{"batchsize": 5}')],
  ['failures[0].how', JSON.parse('{"failures": [{"how": "explodes", "call": 1}]}')],
  ['failures[0]', { failures: [{ how: 'throws' }] }],
  ['records[0].data', { records: [{ at: '12:00:01', data: 1n }] }],
  ['records[0].data', { records: [{ at: '12:00:01', data: undefined }] }],
])('a scenario whose %s is wrong is refused by name', async (member, scenario) => {
  const played = simulateWindows(collect, { windowSeconds: 10, records: letters('a 12:00:01'), ...scenario });
  await expect(played).rejects.toThrow(ScenarioError);
  await expect(played).rejects.toThrow(`the scenario's ${member} to be`);
});

test('a handler that is none is refused, and not played as one that fails', async () => {
  const { handler } = JSON.parse('{}');
  await expect(simulateWindows(handler, { windowSeconds: 10, records: [] })).rejects.toThrow(
    'Expected a handler, which is a function, got undefined',
  );
});

test.each([
  ['records[0].partitionkey', '{"records":[{"at":"12:00:00","data":1,"partitionkey":"a"}]}'],
  ['records[0]', '{"records":[null]}'],
  ['records', '{"records":{}}'],
  ['failures', '{"records":[],"failures":3}'],
  ['failures[0].where', '{"records":[],"failures":[{"how":"throws","call":1,"where":2}]}'],
  ['resharding[0]', '{"records":[],"resharding":[{"at":"12:00:00"}]}'],
  ['resharding[0]', '{"records":[],"resharding":[{"at":"12:00:00","split":0,"merge":[0,1]}]}'],
  ['resharding', '{"records":[],"shards":3,"resharding":[{"at":"12:00:00","merge":[0,2]}]}'],
  ['resharding', '{"records":[],"resharding":[{"at":"12:00:00","merge":[0,0]}]}'],
  ['until', '{"records":[{"at":"12:00:00","data":1}],"until":"11:00:00"}'],
  ['strictFinal', '{"records":[],"strictFinal":"yes"}'],
])('what types would refuse is refused without them: %s of %s', async (member, text) => {
  const scenario = { windowSeconds: 10, ...JSON.parse(text) };
  await expect(simulateWindows(collect, scenario)).rejects.toThrow(`the scenario's ${member} to be`);
});

test('so is a scenario that is none', async () => {
  const { scenario } = JSON.parse('{}');
  await expect(simulateWindows(collect, scenario)).rejects.toThrow(
    'Expected a scenario such as { windowSeconds: 120, records: [] }, got undefined.',
  );
});

test('the same scenario gives the same run', async () => {
  const scenario = { shards: 2, failures: [{ how: 'killed', call: 3 }] } as const;
  const records = 'a#0 12:00:01, b#1 12:00:01, c#0 12:00:07, d#1 12:00:13';
  expect(await run(records, scenario)).toEqual(await run(records, scenario));
});
