import { required, structure } from '../../aws-json/request-shape.ts';
import { boolean, text, timestamp } from '../../aws-json/scalar-members.ts';
import { EventStream, type StreamEvent } from '../event-stream.ts';
import { KinesisError } from '../kinesis-error.ts';
import type { Shard } from '../shard.ts';
import { consumerArn, consumerStatus } from '../stream-consumer.ts';
import type { Streams } from '../streams.ts';
import { CONSUMER_ARN, targetConsumer } from './consumer-operations.ts';
import { endDryRun, NAME, operation, SEQUENCE_NUMBER } from './operation.ts';
import { childShards, existingShard, firstIndex, ITERATOR_TYPES, recordsText } from './reading-operations.ts';
import { normalShardId } from './shard-id.ts';

/** A subscription lasts so long, and then is to be renewed. */
const LIFETIME_MS = 300_000;
/** Where nothing is put, an event without records tells how far the reader is. */
const HEARTBEAT_MS = 5_000;
/** Of one event, in bytes of data. */
const LIMITS = { maxRecords: 10_000, maxBytes: 2 * 1024 * 1024 };

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html */
export const subscribeToShard = operation(
  {
    ConsumerARN: required(CONSUMER_ARN),
    ShardId: required(text(NAME)),
    StartingPosition: required(
      structure({
        Type: required(text({ oneOf: ITERATOR_TYPES })),
        SequenceNumber: text(SEQUENCE_NUMBER),
        Timestamp: timestamp(),
      }),
    ),
    DryRun: boolean(),
  },
  ({ ConsumerARN, ShardId, StartingPosition, DryRun }, streams) => {
    const { stream, consumer } = targetConsumer({ ConsumerARN }, streams);
    const nowMs = streams.clock.now();
    if (consumerStatus(consumer, nowMs) !== 'ACTIVE') {
      throw new KinesisError(
        'ResourceInUseException',
        `Consumer ${consumer.name} under stream: ${stream.name}, account ${streams.accountId} not ACTIVE.`,
      );
    }
    const { shard } = existingShard(stream.name, normalShardId(ShardId) ?? ShardId, streams);
    endDryRun(DryRun, 'SubscribeToShard');
    const start = {
      ShardIteratorType: StartingPosition.Type,
      StartingSequenceNumber: StartingPosition.SequenceNumber,
      Timestamp: StartingPosition.Timestamp,
    };
    const index = firstIndex(start, shard, stream.name, streams);
    const taken = streams.subscriptions.begin(consumerArn(stream, consumer), shard.shardId, nowMs);
    return new EventStream((signal) =>
      shardEvents(shard, stream.name, index, streams, AbortSignal.any([signal, taken])),
    );
  },
);

async function* shardEvents(
  { shardId }: Shard,
  streamName: string,
  from: number,
  streams: Streams,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const { clock } = streams;
  const endMs = clock.now() + LIFETIME_MS;
  yield { kind: 'event', type: 'initial-response', json: '{}' };
  let index = from;
  let dueMs = clock.now();
  while (!signal.aborted && clock.now() < endMs) {
    // Listens before it reads: what comes between the two is not to wait for the next heartbeat.
    const change = nextChange(streams, streamName, signal);
    try {
      const nowMs = clock.now();
      const { stream, shard } = existingShard(streamName, shardId, streams);
      const page = shard.readFrom(index, LIMITS, nowMs);
      index = page.nextIndex;
      const isOver = page.ended && page.records.length === 0;
      if (page.records.length > 0 || isOver || nowMs >= dueMs) {
        const end = isOver
          ? `"ChildShards":${JSON.stringify(childShards(shard, stream))}`
          : `"ContinuationSequenceNumber":"${shard.sequenceNumberBefore(index)}"`;
        const json = `{"Records":[${recordsText(page.records)}],${end},"MillisBehindLatest":${page.millisBehindLatest}}`;
        yield { kind: 'event', type: 'SubscribeToShardEvent', json };
        dueMs = nowMs + HEARTBEAT_MS;
      }
      if (isOver) return;
      if (page.records.length > 0) continue;
      await Promise.race([change.promise, clock.sleep(Math.min(dueMs, endMs) - clock.now(), change.signal)]);
    } catch (error) {
      if (!(error instanceof KinesisError)) throw error;
      yield { kind: 'exception', type: error.type, json: JSON.stringify({ message: error.message }) };
      return;
    } finally {
      change.stop();
    }
  }
}

/** `signal` is aborted once it is there, or does not matter any more. */
function nextChange(streams: Streams, streamName: string, signal: AbortSignal) {
  const ended = new AbortController();
  const promise = new Promise<void>((resolve) => {
    ended.signal.addEventListener('abort', () => resolve());
  });
  const stop = () => {
    unsubscribe();
    signal.removeEventListener('abort', stop);
    ended.abort();
  };
  const unsubscribe = streams.onChange(streamName, stop);
  signal.addEventListener('abort', stop);
  return { promise, signal: ended.signal, stop };
}
