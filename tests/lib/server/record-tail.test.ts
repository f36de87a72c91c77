import {
  CreateStreamCommand,
  DeleteStreamCommand,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RecordsAnswer } from '../../../lib/contract/records-answer.ts';
import { serializeSale } from '../../../lib/core/sale.ts';
import { compareSequenceNumbers } from '../../../lib/core/sequence-order.ts';
import { newMetrics } from '../../../lib/server/metrics.ts';
import { RecordTail } from '../../../lib/server/record-tail.ts';
import { StreamReader } from '../../../lib/server/stream-calls.ts';
import { recordsAnswer, TailLoop } from '../../../lib/server/tail-loop.ts';
import { type LocalKinesis, openKinesis, transitionMs } from '../../infra/local/kinesis/local-kinesis.ts';

let kinesis: LocalKinesis;
beforeAll(async () => {
  kinesis = await openKinesis();
});
afterEach(() => kinesis.refuse(() => null));
afterAll(() => kinesis.close());

/** A tail of a stream of its own, and one who looks at it. */
async function openTail(shardCount = 1) {
  return openTailAt(await kinesis.newStream(shardCount), 0);
}

/** Its clock is `skewMs` ahead of the stream's. */
function openTailAt(stream: string, skewMs: number) {
  const reader = new StreamReader({
    kinesis: kinesis.http1Client,
    stream,
    endpoint: kinesis.url,
    region: 'us-east-1',
    metrics: newMetrics(),
  });
  const now = () => kinesis.clock.now() + skewMs;
  const clock = { now, elapsed: now, sleep: () => new Promise<void>(() => {}) };
  const tail = new RecordTail(reader, clock);
  let cursor: string | null = null;
  let put = 0;
  const ask = async (loop: Pick<TailLoop, 'ask'> = { ask: async () => {} }): Promise<RecordsAnswer> => {
    const query = new URLSearchParams(cursor === null ? {} : { after: cursor });
    const answer = await recordsAnswer(tail, loop, query);
    cursor = answer.cursor;
    return answer;
  };
  return {
    stream,
    tail,
    clock,
    ask,
    /** A second later: the next round, and what it brought. */
    round: async (ms = 1000) => {
      kinesis.turn(ms);
      await tail.read();
      return ask();
    },
    /** So many sales, each with its number for a customer. */
    put: (count: number) => {
      const numbers = Array.from({ length: count }, () => put++);
      return putData(
        stream,
        numbers.map((number) => sale(String(number))),
        (index) => keyOf(numbers[index] ?? 0),
      );
    },
  };
}

function sale(custName: string): string {
  return serializeSale({ custName, custId: 1, salesCents: 100, requestId: null, requestNumber: null });
}

/** Of the sale with that number: a dozen keys, so that each is used often. */
function keyOf(number: number): string {
  return `key ${number % 12}`;
}

async function putData(
  StreamName: string,
  data: readonly string[],
  key: (index: number) => string = String,
): Promise<void> {
  for (let from = 0; from < data.length; from += 500) {
    const Records = data
      .slice(from, from + 500)
      .map((each, index) => ({ Data: Buffer.from(each), PartitionKey: key(from + index) }));
    await kinesis.client.send(new PutRecordsCommand({ StreamName, Records }));
  }
}

const names = ({ records }: RecordsAnswer) => records.map((record) => record.sale?.custName ?? record.reason);
const refusal = (name: string, message: string) => ({
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({ __type: name, message }),
});

const THROTTLED = refusal('ProvisionedThroughputExceededException', 'Rate exceeded for shard');

async function openShards(StreamName: string) {
  const { Shards = [] } = await kinesis.client.send(
    new ListShardsCommand({ StreamName, ShardFilter: { Type: 'AT_LATEST' } }),
  );
  return Shards.map(({ ShardId = '', HashKeyRange }) => ({
    shardId: ShardId,
    first: BigInt(HashKeyRange?.StartingHashKey ?? 0),
    last: BigInt(HashKeyRange?.EndingHashKey ?? 0),
  })).sort((a, b) => (a.first < b.first ? -1 : 1));
}

async function split(StreamName: string): Promise<void> {
  const [shard] = await openShards(StreamName);
  if (shard === undefined) return;
  const NewStartingHashKey = String((shard.first + shard.last) / 2n);
  await kinesis.client.send(
    new SplitShardCommand({ StreamName, ShardToSplit: shard.shardId, NewStartingHashKey }),
  );
  kinesis.turn(transitionMs);
}

async function merge(StreamName: string): Promise<void> {
  const [left, right] = await openShards(StreamName);
  if (left === undefined || right === undefined) return;
  await kinesis.client.send(
    new MergeShardsCommand({
      StreamName,
      ShardToMerge: left.shardId,
      AdjacentShardToMerge: right.shardId,
    }),
  );
  kinesis.turn(transitionMs);
}

/** Whose shard iterator it is, as the local runtime writes it. */
function shardOf(body: string): string {
  const { ShardIterator }: { ShardIterator: string } = JSON.parse(body);
  return /shardId-\d+/.exec(Buffer.from(ShardIterator, 'base64').toString('latin1'))?.[0] ?? '';
}

function throttle(shard: number): void {
  kinesis.refuse((operation, body) =>
    operation === 'GetRecords' && shardOf(body).endsWith(String(shard)) ? THROTTLED : null,
  );
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ put: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(250)) }) },
  { weight: 3, arbitrary: fc.constant('round' as const) },
  { weight: 2, arbitrary: fc.constantFrom('split' as const, 'merge' as const, 'look' as const) },
  { weight: 1, arbitrary: fc.record({ throttled: fc.nat({ max: 5 }) }) },
);

describe('who watches', () => {
  test('is told every record once, in the order of its shard, over splits and merges, or that it was dropped', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(step, { minLength: 4, maxLength: 14 }),
        async (shardCount, steps) => {
          const { stream, tail, ask, round, put } = await openTail(shardCount);
          const told: RecordsAnswer['records'][number][] = [];
          let [sent, dropped] = [0, 0];
          const note = (answer: RecordsAnswer) => {
            expect(answer).toMatchObject({ restarted: false, unreadUntilMs: null });
            expect(answer.records.length).toBeLessThanOrEqual(200);
            told.push(...answer.records);
            dropped += answer.dropped;
          };
          note(await round());
          for (const each of steps) {
            if (typeof each === 'object' && 'throttled' in each) throttle(each.throttled);
            else if (typeof each === 'object') {
              await put(each.put);
              sent += each.put;
            } else if (each === 'split') await split(stream);
            else if (each === 'merge') await merge(stream);
            else if (each === 'look') note(await ask());
            else {
              // What is not looked at in time may be dropped: a round, and a look at times only.
              kinesis.turn(1000);
              await tail.read();
            }
          }
          kinesis.refuse(() => null);
          // A reshard takes two rounds for each generation of shards, and who was throttled waits for up to 8 s.
          for (let left = 2 * steps.length + 8; left > 0; left -= 1) note(await round());
          expect(told.length + dropped).toBe(sent);
          expect(new Set(told.map(({ sale: found }) => found?.custName)).size).toBe(told.length);
          const last = new Map<string, string>();
          for (const { shardId, sequenceNumber } of told) {
            expect(compareSequenceNumbers(last.get(shardId) ?? '0', sequenceNumber)).toBeLessThan(0);
            last.set(shardId, sequenceNumber);
          }
          // Parents before children: what has one partition key keeps its order over any reshard.
          const lastOfKey = new Map<string, number>();
          for (const name of told.map(({ sale: found }) => Number(found?.custName))) {
            const key = keyOf(name);
            expect(lastOfKey.get(key) ?? -1).toBeLessThan(name);
            lastOfKey.set(key, name);
          }
        },
      ),
      { numRuns: 15, examples: [[2, ['split', 'merge', 'merge', { put: 1 }, 'round']]] },
    );
  }, 60_000);

  test('is told of a merge after both its shards, though one of them is slow', async () => {
    const { stream, round, put } = await openTail(2);
    await round();
    await put(24);
    throttle(0);
    await merge(stream);
    await put(24);
    for (let second = 0; second < 5; second += 1) {
      expect((await round()).records.map(({ shardId }) => shardId)).not.toContain('shardId-000000000002');
    }
    kinesis.refuse(() => null);
    const rest: string[] = [];
    for (let second = 0; second < 6; second += 1) rest.push(...names(await round()).map(String));
    expect(rest.slice(-24)).toEqual(Array.from({ length: 24 }, (_, index) => String(24 + index)));
    expect(rest.length).toBeGreaterThan(24);
  });

  test('finds what came in the five seconds before, and of more than 200 the newest, with the number of the others', async () => {
    const { round, put } = await openTail();
    await put(1);
    kinesis.turn(6000);
    await put(2);
    expect(names(await round(3000))).toEqual(['1', '2']);
    await put(350);
    const burst = await round();
    expect(burst.dropped).toBe(150);
    expect(names(burst)).toEqual(Array.from({ length: 200 }, (_, index) => String(153 + index)));
  });

  test('sees shards mixed by the time of arrival', async () => {
    const { round, put } = await openTail(3);
    await round();
    for (let second = 0; second < 5; second += 1) {
      await put(10);
      kinesis.turn(100);
    }
    const arrivals = (await round()).records.map(({ arrivalMs }) => arrivalMs);
    expect(arrivals).toHaveLength(50);
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
  });

  test('sees of a record no more than is shown: a few hundred bytes of a mebibyte', async () => {
    const { stream, round } = await openTail();
    await round();
    await putData(stream, ['x'.repeat(1_000_000), sale('y'.repeat(60_000)), 'no sale', '{"sales":1}']);
    const answer = await round();
    expect(JSON.stringify(answer).length).toBeLessThan(2000);
    expect(names(answer)).toEqual([
      'expected at most 65536 bytes of JSON, got 1000000',
      `${'y'.repeat(80)}…`,
      'expected a JSON object, got no sale',
      'expected `cust_name` to be a text, got none',
    ]);
  });
});

test('a record of 20,000 brackets is shown with its reason, and the records around it are, too', async () => {
  const { stream, ask, round } = await openTail();
  await ask();
  const deep = `{"cust_name":"A","cust_id":1,"sales":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  await round();
  await putData(stream, [sale('before'), deep, sale('after')], () => 'key');
  const { records, problem } = await round();
  expect(problem).toBeNull();
  expect(records.map((each) => each.sale?.custName ?? each.reason?.slice(0, 50))).toEqual([
    'before',
    'expected `sales` to be a number with at most two d',
    'after',
  ]);
});

describe('the reader', () => {
  test('calls GetRecords once a second and shard, however many watch, and stops when nobody does', async () => {
    const { tail, clock } = await openTail(2);
    let wake = () => {};
    const sleep = () => new Promise<void>((resolve) => (wake = resolve));
    const loop = new TailLoop(tail, clock, sleep);
    const start = kinesis.calls.length;
    const reads = () => kinesis.calls.slice(start).filter((call) => call === 'GetRecords').length;
    await Promise.all([loop.ask(), loop.ask(), loop.ask()]);
    expect(reads()).toBe(2);
    // Whenever it sleeps it is woken: what keeps it from calling is the clock alone.
    const seen = <T>(look: () => T) =>
      expect.poll(() => {
        wake();
        return look();
      });
    for (let second = 1; second <= 3; second += 1) {
      kinesis.turn(1000);
      await seen(reads).toBe(2 + 2 * second);
      await loop.ask();
      await tail.read(); // nothing is due
      expect(reads()).toBe(2 + 2 * second);
    }
    kinesis.turn(6000);
    await seen(() => loop.isRunning).toBe(false);
    const whenStopped = reads();
    expect(whenStopped).toBeLessThanOrEqual(10); // one last round
    kinesis.turn(20_000);
    wake();
    expect(reads()).toBe(whenStopped);
    await loop.ask();
    expect(reads()).toBe(whenStopped + 2);
    kinesis.turn(20_000);
    await seen(() => loop.isRunning).toBe(false);
  });

  test('goes on where it stopped after a short rest, and says that it does not after a long one', async () => {
    const { round, put } = await openTail();
    await round();
    await put(1);
    kinesis.turn(50_000);
    expect(await round()).toMatchObject({ unreadUntilMs: null, records: [{ sale: { custName: '0' } }] });
    await put(1);
    kinesis.turn(70_000);
    await put(1);
    const late = await round();
    expect(names(late)).toEqual(['2']);
    expect(late.unreadUntilMs).toBe(kinesis.clock.now() - 5000);
    expect(await round()).toMatchObject({ unreadUntilMs: null, records: [] });
  });

  test('that cannot keep up leaps to what is new, and says so', async () => {
    const { round, put } = await openTail();
    await round();
    await put(5200);
    kinesis.turn(30_000);
    await put(3);
    expect(await round()).toMatchObject({ dropped: 4800, unreadUntilMs: kinesis.clock.now() - 5000 });
    const after = await round();
    expect(names(after)).toEqual(['5200', '5201', '5202']);
    expect(after).toMatchObject({ dropped: 0, unreadUntilMs: null });
  });

  test('leaps by the clock of the stream: its own, far behind, does not lead it back', async () => {
    const { tail, ask, round, put } = openTailAt(await kinesis.newStream(), -20_000);
    await round();
    await put(5200);
    await round(11_000);
    await put(1);
    expect(names(await round())).toEqual(['5200']);
    await tail.read();
    expect((await ask()).cursor).toMatch(/-5001-1$/);
  });

  test('takes a new iterator when its own has expired, at the same place', async () => {
    const { round, put } = await openTail();
    await put(5100);
    await round();
    await round();
    kinesis.refuse(() => ({ status: 503, headers: {}, body: '' }));
    for (let minute = 0; minute < 7; minute += 1) {
      expect((await round(50_000)).problem).toMatchObject({ kind: 'endpoint-down' });
    }
    kinesis.refuse(() => null);
    await put(2);
    const start = kinesis.calls.length;
    expect(await round(50_000)).toMatchObject({ records: [], problem: null });
    expect(names(await round())).toEqual(['5100', '5101']);
    expect(kinesis.calls.slice(start)).toEqual(['GetRecords', 'GetShardIterator', 'GetRecords']);
  });

  test('that is throttled waits longer each time, and loses nothing', async () => {
    const { round, put } = await openTail();
    await round();
    await put(3);
    kinesis.refuse((operation) => (operation === 'GetRecords' ? THROTTLED : null));
    const start = kinesis.calls.length;
    for (let second = 0; second < 15; second += 1) {
      expect((await round()).problem).toMatchObject({ kind: 'throttled' });
    }
    // at 0, 1, 3 and 7 s
    expect(kinesis.calls.length - start).toBe(4);
    kinesis.refuse(() => null);
    expect(names(await round())).toEqual(['0', '1', '2']);
  });

  test.each(['ListShards', 'GetShardIterator', 'GetRecords'])(
    'without the permission for %s names it, and copies the policy that all three take',
    async (denied) => {
      const { stream, round, put } = await openTail();
      const arn = `arn:aws:kinesis:eu-west-1:123456789012:stream/${stream}`;
      kinesis.refuse((operation) =>
        operation === denied
          ? refusal(
              'AccessDeniedException',
              `User: arn:aws:iam::123456789012:user/page is not authorized to perform: kinesis:${denied} on resource: ${arn} because no identity-based policy allows it`,
            )
          : null,
      );
      const { problem } = await round();
      expect(problem).toMatchObject({
        kind: 'access-denied',
        message: `Not allowed: kinesis:${denied} on ${arn}. Add it to the dashboard's role.`,
        action: `kinesis:${denied}`,
        resource: arn,
      });
      expect(JSON.parse(problem?.fix ?? '')).toEqual({
        Effect: 'Allow',
        Action: ['kinesis:ListShards', 'kinesis:GetShardIterator', 'kinesis:GetRecords'],
        Resource: arn,
      });
      kinesis.refuse(() => null);
      await put(1);
      expect(await round(2000)).toMatchObject({ problem: null, records: [{ sale: { custName: '0' } }] });
    },
  );

  test('finds the stream of another birth under the same name, and forgets the old one', async () => {
    const { stream, round, put } = await openTail(2);
    await put(3);
    await round();
    await kinesis.client.send(new DeleteStreamCommand({ StreamName: stream }));
    kinesis.turn(transitionMs);
    expect(await round()).toMatchObject({ restarted: true, records: [] });
    expect((await round(2000)).problem?.message).toContain(stream);
    await kinesis.client.send(new CreateStreamCommand({ StreamName: stream, ShardCount: 1 }));
    kinesis.turn(transitionMs);
    await put(2);
    const found = await round(2000);
    expect(names(found)).toEqual(['3', '4']);
    expect(found.problem).toBeNull();
  });

  test('begins with what is new where its own clock is ahead of AWS', async () => {
    const { round, put } = openTailAt(await kinesis.newStream(), 60_000);
    await round();
    await put(1);
    expect(names(await round())).toEqual(['0']);
  });
});

test.each(['', 'x', '1-2', '1-2-3-4', '1-2-x', '-1-2-3', `${'9'.repeat(16)}-1-1`])(
  'after=%s is refused',
  async (after) => {
    const { tail } = await openTail();
    const asked = recordsAnswer(tail, { ask: async () => {} }, new URLSearchParams({ after }));
    await expect(asked).rejects.toMatchObject({ problem: { kind: 'bad-request' } });
  },
);
