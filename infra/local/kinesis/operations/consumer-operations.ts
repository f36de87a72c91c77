import { required } from '../../aws-json/request-shape.ts';
import { integer, text, timestamp } from '../../aws-json/scalar-members.ts';
import { KinesisError } from '../kinesis-error.ts';
import type { Stream } from '../stream.ts';
import {
  changeConsumer,
  consumerArn,
  consumerSeconds,
  consumerStatus,
  consumersOf,
} from '../stream-consumer.ts';
import type { StreamConsumer } from '../stream-metadata.ts';
import type { Streams } from '../streams.ts';
import { decodeNameToken, encodeNameToken } from './name-token.ts';
import { NAME, operation, requireActive, STREAM_TARGET, targetStream } from './operation.ts';
import { requireTagCount, requireTags, TAGS } from './stream-tags.ts';

/** https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const MOST_CONSUMERS = 20;
const CONSUMERS_PER_PAGE = 100;

export const CONSUMER_ARN = text({
  pattern: '^(arn):aws.*:kinesis:.*:\\d{12}:.*stream\\/[a-zA-Z0-9_.-]+\\/consumer\\/[a-zA-Z0-9_.-]+:[0-9]+',
  min: 1,
  max: 2048,
});

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html */
export const registerStreamConsumer = operation(
  { StreamARN: required(STREAM_TARGET.StreamARN), ConsumerName: required(text(NAME)), Tags: TAGS },
  ({ StreamARN, ConsumerName: name, Tags: tags }, streams) => {
    const stream = targetStream({ StreamARN, StreamName: undefined }, streams);
    requireActive(stream, streams);
    const nowMs = streams.clock.now();
    const consumers = consumersOf(stream, nowMs);
    if (consumers.some((consumer) => consumer.name === name)) {
      throw new KinesisError(
        'ResourceInUseException',
        `Consumer ${name} under stream: ${stream.name}, account ${streams.accountId} already exists.`,
      );
    }
    if (consumers.length >= MOST_CONSUMERS) {
      throw new KinesisError(
        'LimitExceededException',
        `Stream ${stream.name} under account ${streams.accountId} has ${MOST_CONSUMERS} registered consumers, which are the most.`,
      );
    }
    if (tags !== undefined) {
      requireTags(tags, true);
      requireTagCount(tags, { kind: 'consumer', name, accountId: streams.accountId });
    }
    const activeMs = nowMs + streams.transitionMs;
    const consumer = {
      name,
      createdMs: nowMs,
      activeMs,
      goneMs: null,
      ...(tags === undefined ? {} : { tags }),
    };
    stream.update({ consumers: [...consumers, consumer] });
    return { Consumer: described(stream, consumer, nowMs) };
  },
);

const CONSUMER_TARGET = {
  StreamARN: STREAM_TARGET.StreamARN,
  ConsumerName: text(NAME),
  ConsumerARN: CONSUMER_ARN,
};

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamConsumer.html */
export const describeStreamConsumer = operation(CONSUMER_TARGET, (input, streams) => {
  const { stream, consumer } = targetConsumer(input, streams);
  const description = described(stream, consumer, streams.clock.now());
  return { ConsumerDescription: { ...description, StreamARN: stream.arn } };
});

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeregisterStreamConsumer.html */
export const deregisterStreamConsumer = operation(CONSUMER_TARGET, (input, streams) => {
  const { stream, consumer } = targetConsumer(input, streams);
  if (consumer.goneMs !== null) return null;
  const nowMs = streams.clock.now();
  changeConsumer(stream, { ...consumer, goneMs: nowMs + streams.transitionMs }, nowMs);
  return null;
});

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreamConsumers.html */
export const listStreamConsumers = operation(
  {
    StreamARN: required(STREAM_TARGET.StreamARN),
    NextToken: text({ min: 1, max: 1_048_576 }),
    MaxResults: integer({ min: 1, max: 10_000 }),
    StreamCreationTimestamp: timestamp(),
  },
  ({ StreamARN, NextToken, MaxResults = CONSUMERS_PER_PAGE }, streams) => {
    const stream = targetStream({ StreamARN, StreamName: undefined }, streams);
    const nowMs = streams.clock.now();
    const list = `consumers of ${stream.arn}`;
    const after = NextToken === undefined ? '' : decodeNameToken(list, NextToken, nowMs);
    const rest = consumersOf(stream, nowMs)
      .filter(({ name }) => name > after)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const page = rest.slice(0, MaxResults);
    const last = page.at(-1);
    return {
      Consumers: page.map((consumer) => described(stream, consumer, nowMs)),
      ...(last !== undefined && page.length < rest.length
        ? { NextToken: encodeNameToken(list, last.name, nowMs) }
        : {}),
    };
  },
);

/** By its ARN, or by its stream's and its name. Throws InvalidArgumentException, ResourceNotFoundException. */
export function targetConsumer(
  target: {
    readonly StreamARN?: string | undefined;
    readonly ConsumerName?: string | undefined;
    readonly ConsumerARN?: string | undefined;
  },
  streams: Streams,
): { readonly stream: Stream; readonly consumer: StreamConsumer } {
  const { ConsumerARN } = target;
  const [streamArn, label] = ConsumerARN?.split('/consumer/') ?? [target.StreamARN, target.ConsumerName];
  if (streamArn === undefined || label === undefined) {
    throw new KinesisError(
      'InvalidArgumentException',
      'Either ConsumerARN or StreamARN and ConsumerName should be provided.',
    );
  }
  const stream = targetStream({ StreamARN: streamArn, StreamName: undefined }, streams);
  const consumer = consumersOf(stream, streams.clock.now()).find((each) =>
    ConsumerARN === undefined ? each.name === label : consumerArn(stream, each) === ConsumerARN,
  );
  if (consumer !== undefined) return { stream, consumer };
  const name = label.split(':')[0];
  throw new KinesisError(
    'ResourceNotFoundException',
    `Consumer ${name} under stream: ${stream.name}, account ${streams.accountId} not found.`,
  );
}

function described(stream: Stream, consumer: StreamConsumer, nowMs: number) {
  return {
    ConsumerName: consumer.name,
    ConsumerARN: consumerArn(stream, consumer),
    ConsumerStatus: consumerStatus(consumer, nowMs),
    ConsumerCreationTimestamp: consumerSeconds(consumer),
  };
}
