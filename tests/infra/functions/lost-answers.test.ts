import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { emptyAggregate, fold } from '../../../lib/core/aggregate.ts';
import { parseSale } from '../../../lib/core/sale.ts';
import { type Fault, type FaultProxy, openFaultProxy } from '../../faults/fault-proxy.ts';
import { type LocalKinesis, openKinesis } from '../local/kinesis/local-kinesis.ts';
import { contextOf } from './invocation-context.ts';

let kinesis: LocalKinesis;
let proxy: FaultProxy;
let stream: string;
let produce: typeof import('../../../infra/functions/producer.ts')['produce'];
beforeAll(async () => {
  kinesis = await openKinesis();
  proxy = await openFaultProxy(kinesis.url);
});
afterAll(async () => {
  await proxy.close();
  await kinesis.close();
});
beforeEach(async () => {
  stream = await kinesis.newStream(1);
  vi.stubEnv('STREAM_NAME', stream);
  vi.stubEnv('AWS_ENDPOINT_URL', proxy.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.resetModules();
  ({ produce } = await import('../../../infra/functions/producer.ts'));
  return () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  };
});

async function records(): Promise<readonly StreamRecord[]> {
  const shard = { StreamName: stream, ShardId: 'shardId-000000000000' };
  const { ShardIterator } = await kinesis.client.send(
    new GetShardIteratorCommand({ ...shard, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  return (await kinesis.client.send(new GetRecordsCommand({ ShardIterator }))).Records ?? [];
}

test.each([
  ['lose', 'is lost on the way'],
  ['stall', 'stops within its body'],
] as const)(
  'when the answer to a call %s (it %s) its sales are on the stream twice, and counted once',
  async (fault: Fault, _) => {
    let calls = 0;
    proxy.choose(() => {
      calls += 1;
      return calls === 2 || calls === 4 ? fault : 'none';
    });
    const limits = { callMs: 1000, answerReserveMs: 1000 };
    const { body } = await produce({ record_count: 3000 }, contextOf(60_000, 'click-1'), limits);
    const { message } = JSON.parse(body);
    expect(message).toMatchObject({ status: true, record_count: 3000 });

    const aggregate = emptyAggregate();
    const onStream = await records();
    for (const { SequenceNumber = '', Data } of onStream) {
      fold(aggregate, SequenceNumber, parseSale(Buffer.from(Data ?? []).toString()));
    }
    expect(onStream).toHaveLength(4000);
    expect(aggregate).toMatchObject({ recordCount: 3000, repeated: 1000, rejected: 0 });
    expect(aggregate.salesCents / 100).toBe(message.tot_sales);
    expect(aggregate.requests.get('click-1')?.recordCount).toBe(3000);
  },
);
