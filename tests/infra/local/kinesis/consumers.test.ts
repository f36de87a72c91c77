import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListStreamConsumersCommand,
  ListTagsForResourceCommand,
  ListTagsForStreamCommand,
  PutRecordCommand,
  RegisterStreamConsumerCommand,
  SplitShardCommand,
  SubscribeToShardCommand,
  type SubscribeToShardCommandInput,
  type SubscribeToShardEvent,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-kinesis';
import { cbor } from '@smithy/core/cbor';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../../infra/local/clock.ts';
import { openGateway } from '../../../../infra/local/http/gateway.ts';
import type { HttpService } from '../../../../infra/local/http/http.ts';
import { openStreams } from '../../../../infra/local/kinesis/regional-streams.ts';
import { createKinesisService } from '../../../../infra/local/kinesis/service.ts';
import { callHeaders, refusal, startMs, temporaryFolder, transitionMs } from './local-kinesis.ts';

/** Turned by hand; who sleeps by it wakes up when it has come so far. */
function wakingClock() {
  let nowMs = startMs;
  const sleepers = new Set<() => void>();
  const clock: Clock = {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const dueMs = nowMs + ms;
        const wake = () => {
          if (nowMs < dueMs && signal?.aborted !== true) return;
          sleepers.delete(wake);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        sleepers.add(wake);
        signal?.addEventListener('abort', wake);
        wake();
      }),
  };
  const turn = (ms: number) => {
    nowMs += ms;
    for (const wake of [...sleepers]) wake();
  };
  return { clock, turn };
}

async function open() {
  const { folder, remove } = await temporaryFolder();
  const { clock, turn } = wakingClock();
  const options = { dataDir: folder, clock, accountId: '000000000000', region: 'us-east-1', transitionMs };
  const streams = await openStreams(options);
  const absent: HttpService = () => ({ status: 501, headers: {}, body: '' });
  const gateway = await openGateway({
    port: 0,
    services: {
      kinesis: createKinesisService({ streams }),
      lambda: absent,
      logs: absent,
      s3: absent,
      sts: absent,
      control: absent,
    },
    onError: (error) => console.error(error),
  });
  const client = new KinesisClient({
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const close = async () => {
    client.destroy();
    await gateway.close();
    await streams.close();
    await remove();
  };
  return { client, streams, url: gateway.url, turn, close };
}

let local: Awaited<ReturnType<typeof open>>;
const StreamName = 'orders';
const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders';
const ShardId = 'shardId-000000000000';
beforeEach(async () => {
  local = await open();
  await local.client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
  local.turn(transitionMs);
});
afterEach(() => local.close());

const register = async (ConsumerName = 'reader') =>
  (await local.client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }))).Consumer;

describe('a consumer', () => {
  test('is CREATING, ACTIVE, DELETING, and gone', async () => {
    const consumer = await register();
    const ConsumerARN = `${StreamARN}/consumer/reader:${Math.floor((startMs + transitionMs) / 1000)}`;
    const ConsumerCreationTimestamp = new Date(Math.floor((startMs + transitionMs) / 1000) * 1000);
    expect(consumer).toEqual({
      ConsumerName: 'reader',
      ConsumerARN,
      ConsumerStatus: 'CREATING',
      ConsumerCreationTimestamp,
    });
    local.turn(transitionMs);
    for (const target of [{ ConsumerARN }, { StreamARN, ConsumerName: 'reader' }]) {
      const { ConsumerDescription } = await local.client.send(new DescribeStreamConsumerCommand(target));
      expect(ConsumerDescription).toEqual({ ...consumer, ConsumerStatus: 'ACTIVE', StreamARN });
    }
    await local.client.send(new DeregisterStreamConsumerCommand({ ConsumerARN }));
    const describeIt = () => local.client.send(new DescribeStreamConsumerCommand({ ConsumerARN }));
    expect((await describeIt()).ConsumerDescription?.ConsumerStatus).toBe('DELETING');
    local.turn(transitionMs);
    expect(await refusal(describeIt())).toEqual({
      name: 'ResourceNotFoundException',
      message: 'Consumer reader under stream: orders, account 000000000000 not found.',
    });
  });

  test('has its name alone, is listed a page at a time, and is counted', async () => {
    for (const name of ['b', 'a', 'c']) await register(name);
    expect((await refusal(register('a'))).name).toBe('ResourceInUseException');
    const list = (input: object) =>
      local.client.send(new ListStreamConsumersCommand({ StreamARN, ...input }));
    const first = await list({ MaxResults: 2 });
    expect(first.Consumers?.map(({ ConsumerName }) => ConsumerName)).toEqual(['a', 'b']);
    const { Consumers, NextToken } = await list({ NextToken: first.NextToken });
    expect([Consumers?.map(({ ConsumerName }) => ConsumerName), NextToken]).toEqual([['c'], undefined]);
    const { StreamDescriptionSummary } = await local.client.send(
      new DescribeStreamSummaryCommand({ StreamName }),
    );
    expect(StreamDescriptionSummary?.ConsumerCount).toBe(3);
  });

  test('keeps its stream from being deleted by mistake', async () => {
    await register();
    const deletion = (EnforceConsumerDeletion: boolean) =>
      local.client.send(new DeleteStreamCommand({ StreamName, EnforceConsumerDeletion }));
    expect((await refusal(deletion(false))).name).toBe('ResourceInUseException');
    await deletion(true);
  });

  test('is known to a mapping by its ARN, and only while it is there', async () => {
    const arn = (await register())?.ConsumerARN ?? '';
    expect(local.streams.retentionOf(arn)).toEqual({ retentionMs: 86_400_000 });
    expect(local.streams.retentionOf(`${StreamARN}/consumer/other:1`)).toBeNull();
    expect((await local.streams.shards(arn)).map(({ shardId }) => shardId)).toEqual([ShardId]);
    await local.client.send(new DeregisterStreamConsumerCommand({ ConsumerARN: arn }));
    local.turn(transitionMs);
    await expect(local.streams.shards(arn)).rejects.toMatchObject({ type: 'ResourceNotFoundException' });
  });

  test('carries tags of its own, as its stream does: given with it, added, removed, listed', async () => {
    const { Consumer } = await local.client.send(
      new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'tagged', Tags: { b: '2', a: 'x:y' } }),
    );
    const ConsumerARN = Consumer?.ConsumerARN ?? '';
    const tagsOf = async (ResourceARN: string) =>
      (await local.client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;
    expect(await tagsOf(ConsumerARN)).toEqual([
      { Key: 'a', Value: 'x:y' },
      { Key: 'b', Value: '2' },
    ]);
    for (const ResourceARN of [ConsumerARN, StreamARN]) {
      await local.client.send(new TagResourceCommand({ ResourceARN, Tags: { a: '1', c: '' } }));
      await local.client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['b', 'absent'] }));
      expect(await tagsOf(ResourceARN)).toEqual([
        { Key: 'a', Value: '1' },
        { Key: 'c', Value: '' },
      ]);
    }
    const { Tags } = await local.client.send(new ListTagsForStreamCommand({ StreamName }));
    expect(Tags).toEqual(await tagsOf(StreamARN));
  });

  test('that is not there has no tags, and more than 50 or ones of the system are refused', async () => {
    const absent = `${StreamARN}/consumer/absent:1`;
    expect(
      (await refusal(local.client.send(new ListTagsForResourceCommand({ ResourceARN: absent })))).name,
    ).toBe('ResourceNotFoundException');
    const over = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key-${index}`, 'x']));
    for (const Tags of [over, { 'aws:probe': 'x' }, { 'a%': 'x' }]) {
      const named = new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'refused', Tags });
      expect((await refusal(local.client.send(named))).name).toBe('InvalidArgumentException');
    }
    const { Consumers } = await local.client.send(new ListStreamConsumersCommand({ StreamARN }));
    expect(Consumers).toEqual([]);
  });
});

describe('a subscription', () => {
  let ConsumerARN: string;
  beforeEach(async () => {
    ConsumerARN = (await register())?.ConsumerARN ?? '';
    local.turn(transitionMs);
  });

  const put = (text: string) =>
    local.client.send(new PutRecordCommand({ StreamName, PartitionKey: 'a', Data: Buffer.from(text) }));

  async function subscribe(StartingPosition: SubscribeToShardCommandInput['StartingPosition']) {
    const command = new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition });
    const { EventStream } = await local.client.send(command);
    if (EventStream === undefined) throw new Error('Expected events');
    const events = EventStream[Symbol.asyncIterator]();
    /** The next event; null at the end. */
    const next = async (): Promise<SubscribeToShardEvent | null> =>
      (await events.next()).value?.SubscribeToShardEvent ?? null;
    return { next };
  }

  const texts = (event: SubscribeToShardEvent | null) =>
    event?.Records?.map(({ Data }) => Buffer.from(Data ?? []).toString());

  test('gives what is there and what comes, as it comes', async () => {
    await put('one');
    const { next } = await subscribe({ Type: 'TRIM_HORIZON' });
    const first = await next();
    expect(texts(first)).toEqual(['one']);
    expect(first?.MillisBehindLatest).toBe(0);
    for (const text of ['two', 'three']) {
      const coming = next();
      await put(text);
      expect(texts(await coming)).toEqual([text]);
    }
  });

  test('beats every five seconds where nothing comes, and tells where to go on', async () => {
    await put('one');
    const first = await subscribe({ Type: 'LATEST' });
    const beat = await first.next();
    expect(texts(beat)).toEqual([]);
    const coming = first.next();
    local.turn(5_000);
    expect(texts(await coming)).toEqual([]);
    await put('two');
    const second = await subscribe({
      Type: 'AFTER_SEQUENCE_NUMBER',
      SequenceNumber: beat?.ContinuationSequenceNumber,
    });
    expect(texts(await second.next())).toEqual(['two']);
  });

  test('ends after five minutes', async () => {
    const { next } = await subscribe({ Type: 'LATEST' });
    await next();
    for (let seconds = 5; seconds < 300; seconds += 5) {
      const coming = next();
      local.turn(5_000);
      expect(texts(await coming)).toEqual([]);
    }
    const last = next();
    local.turn(5_000);
    expect(await last).toBeNull();
  });

  test("tells of a closed shard's children, and ends", async () => {
    await put('one');
    const { next } = await subscribe({ Type: 'TRIM_HORIZON' });
    await next();
    const NewStartingHashKey = String(2n ** 127n);
    await local.client.send(new SplitShardCommand({ StreamName, ShardToSplit: ShardId, NewStartingHashKey }));
    const coming = next();
    local.turn(transitionMs);
    const end = await coming;
    expect(end?.ContinuationSequenceNumber).toBeUndefined();
    expect(end?.ChildShards?.map((child) => child.ShardId)).toEqual([
      'shardId-000000000001',
      'shardId-000000000002',
    ]);
    expect(await next()).toBeNull();
  });

  test('is one to a consumer and a shard: a later one takes it over, but not within five seconds', async () => {
    const first = await subscribe({ Type: 'LATEST' });
    await first.next();
    expect((await refusal(subscribe({ Type: 'LATEST' }))).name).toBe('ResourceInUseException');
    local.turn(4_999);
    local.turn(1);
    await first.next();
    const second = await subscribe({ Type: 'LATEST' });
    expect(await first.next()).toBeNull();
    expect(texts(await second.next())).toEqual([]);
  });

  test('needs a consumer that is there and ACTIVE, and a shard', async () => {
    const send = (input: object) =>
      local.client.send(
        new SubscribeToShardCommand({
          ConsumerARN,
          ShardId,
          StartingPosition: { Type: 'LATEST' },
          ...input,
        }),
      );
    const absent = `${StreamARN}/consumer/reader:1`;
    expect((await refusal(send({ ConsumerARN: absent }))).name).toBe('ResourceNotFoundException');
    expect((await refusal(send({ ShardId: 'shardId-000000000007' }))).name).toBe('ResourceNotFoundException');
    expect((await refusal(send({ DryRun: true }))).name).toBe('DryRunOperationException');
    const young = (await register('young'))?.ConsumerARN;
    expect((await refusal(send({ ConsumerARN: young }))).name).toBe('ResourceInUseException');
  });

  test('goes over HTTP/1.1 and in CBOR as well', async () => {
    await put('one');
    const response = await fetch(local.url, {
      method: 'POST',
      headers: { ...callHeaders('SubscribeToShard'), 'content-type': 'application/x-amz-cbor-1.1' },
      body: Buffer.from(cbor.serialize({ ConsumerARN, ShardId, StartingPosition: { Type: 'TRIM_HORIZON' } })),
    });
    expect(response.headers.get('content-type')).toBe('application/vnd.amazon.eventstream');
    const reader = response.body?.getReader();
    let bytes = Buffer.alloc(0);
    const codec = new EventStreamCodec(
      (input) => Buffer.from(input).toString(),
      (input) => Buffer.from(input),
    );
    const types: unknown[] = [];
    while (types.length < 2) {
      const chunk = await reader?.read();
      bytes = Buffer.concat([bytes, chunk?.value ?? Buffer.alloc(0)]);
      while (bytes.length >= 4 && bytes.length >= bytes.readUInt32BE(0)) {
        const length = bytes.readUInt32BE(0);
        const { headers, body } = codec.decode(bytes.subarray(0, length));
        bytes = bytes.subarray(length);
        types.push(headers[':event-type']?.value);
        if (types.length === 2) {
          expect(Buffer.from(cbor.deserialize(body).Records[0].Data).toString()).toBe('one');
        }
      }
    }
    expect(types).toEqual(['initial-response', 'SubscribeToShardEvent']);
    await reader?.cancel();
  });
});
