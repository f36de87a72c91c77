import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { HttpRequest } from '../../../../infra/local/http/http.ts';
import { OPERATIONS } from '../../../../infra/local/kinesis/operations/operation-table.ts';
import { openStreams, type RegionalStreams } from '../../../../infra/local/kinesis/regional-streams.ts';
import { createKinesisService } from '../../../../infra/local/kinesis/service.ts';

import { callHeaders, temporaryFolder, transitionMs, turnableClock } from './local-kinesis.ts';

let streams: RegionalStreams;
let remove: () => Promise<void>;
const { clock, turn } = turnableClock();
beforeAll(async () => {
  const temporary = await temporaryFolder();
  remove = temporary.remove;
  const account = { accountId: '000000000000', region: 'us-east-1' };
  streams = await openStreams({ dataDir: temporary.folder, clock, ...account, transitionMs, shardLimit: 50 });
});
afterAll(async () => {
  await streams.close();
  await remove();
});

/** Values that a client could mean, and some that none could. */
const streamName = fc.constantFrom('a', 'b', '.', 'absent');
const shardId = fc.oneof(
  fc.constantFrom('0', '1', 'shardId-000000000002', 'x', '-1', '2147483648'),
  fc.string(),
);
const decimal = fc.oneof(
  fc.bigInt(0n, 1n << 190n).map(String),
  fc.constantFrom('0', '1', '9'.repeat(129), '0x1', '', '-5', '1e9'),
);
const likely: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  StreamName: streamName,
  StreamARN: streamName.map((name) => `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`),
  ExclusiveStartStreamName: streamName,
  ShardCount: fc.integer({ min: -1, max: 60 }),
  TargetShardCount: fc.integer({ min: -1, max: 60 }),
  ScalingType: fc.constantFrom('UNIFORM_SCALING', 'x'),
  StreamModeDetails: fc.constantFrom({ StreamMode: 'ON_DEMAND' }, { StreamMode: 'PROVISIONED' }, {}),
  Limit: fc.integer({ min: -1, max: 11_000 }),
  MaxResults: fc.integer({ min: -1, max: 11_000 }),
  RetentionPeriodHours: fc.integer({ min: -1, max: 9000 }),
  ShardId: shardId,
  ShardToSplit: shardId,
  ShardToMerge: shardId,
  AdjacentShardToMerge: shardId,
  ExclusiveStartShardId: shardId,
  ShardIteratorType: fc.constantFrom(
    'TRIM_HORIZON',
    'LATEST',
    'AT_TIMESTAMP',
    'AT_SEQUENCE_NUMBER',
    'AFTER_SEQUENCE_NUMBER',
  ),
  StartingSequenceNumber: decimal,
  SequenceNumberForOrdering: decimal,
  NewStartingHashKey: decimal,
  ExplicitHashKey: decimal,
  Timestamp: fc.oneof(fc.double(), fc.integer({ min: -10, max: 2_000_000_000 })),
  StreamCreationTimestamp: fc.double(),
  ShardIterator: fc.oneof(fc.string({ minLength: 1 }), fc.base64String({ minLength: 208, maxLength: 208 })),
  NextToken: fc.oneof(
    fc.string(),
    fc.json().map((json) => Buffer.from(json).toString('base64')),
  ),
  PartitionKey: fc.string({ unit: 'binary' }),
  Data: fc.oneof(fc.base64String(), fc.string()),
  Records: fc.array(
    fc.record(
      { PartitionKey: fc.string(), Data: fc.base64String(), ExplicitHashKey: decimal },
      { requiredKeys: ['PartitionKey', 'Data'] },
    ),
    { maxLength: 5 },
  ),
  Tags: fc.dictionary(fc.string(), fc.string()),
  TagKeys: fc.array(fc.string()),
  ShardFilter: fc.record(
    {
      Type: fc.constantFrom('AFTER_SHARD_ID', 'AT_LATEST', 'AT_TIMESTAMP', 'FROM_TRIM_HORIZON'),
      ShardId: shardId,
      Timestamp: fc.double(),
    },
    { requiredKeys: ['Type'] },
  ),
};
const member = fc
  .constantFrom(...Object.keys(likely))
  .chain((name) =>
    fc
      .oneof(
        { weight: 9, arbitrary: likely[name] ?? fc.constant(null) },
        { weight: 1, arbitrary: fc.jsonValue() },
      )
      .map((value) => [name, value] as const),
  );
const body = fc.oneof(
  { weight: 19, arbitrary: fc.array(member, { minLength: 2, maxLength: 8 }).map(Object.fromEntries) },
  { weight: 1, arbitrary: fc.jsonValue() },
);
const operation = fc.constantFrom(...Object.keys(OPERATIONS));

function send(name: string, text: string) {
  const request: HttpRequest = {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: callHeaders(name),
    body: Buffer.from(text),
    requestId: 'r',
  };
  return createKinesisService({ streams })(request);
}

test('whatever is sent is done or refused, never an accident, and every hash key keeps its one shard', async () => {
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(operation, body, fc.nat({ max: 2000 }), async (name, input, laterMs) => {
      turn(laterMs);
      const { status, body: answer } = await send(name, JSON.stringify(input));
      seen.set(status, (seen.get(status) ?? 0) + 1);
      const text = answer.toString();
      if (status === 200) {
        if (text !== '') JSON.parse(text);
      } else {
        expect(status, `${name} ${JSON.stringify(input)}: ${text}`).toBe(
          // Of numbers of the oldest kind Kinesis itself says so.
          text === '{"__type":"InternalFailure"}' ? 500 : 400,
        );
        expect(JSON.parse(text).__type).toMatch(/Exception$|^InternalFailure$/);
      }
      for (const stream of streams.home.list()) {
        const open = stream.shards
          .filter((shard) => shard.isOpen)
          .sort((a, b) => (a.metadata.firstHashKey < b.metadata.firstHashKey ? -1 : 1));
        let next = 0n;
        for (const { metadata } of open) {
          expect(BigInt(`0x${metadata.firstHashKey}`)).toBe(next);
          next = BigInt(`0x${metadata.lastHashKey}`) + 1n;
        }
        if (open.length > 0) expect(next).toBe(1n << 128n);
      }
    }),
    { numRuns: 10_000 },
  );
  expect(seen.get(200) ?? 0).toBeGreaterThan(100); // it did not only refuse
});
