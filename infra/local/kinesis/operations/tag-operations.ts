import { textList } from '../../aws-json/collection-members.ts';
import { required } from '../../aws-json/request-shape.ts';
import { integer, text } from '../../aws-json/scalar-members.ts';
import type { Stream } from '../stream.ts';
import { changeConsumer } from '../stream-consumer.ts';
import type { Streams } from '../streams.ts';
import { targetConsumer } from './consumer-operations.ts';
import { operation, STREAM_TARGET, targetStream } from './operation.ts';
import {
  KEY_LENGTHS,
  MOST_TAGS,
  requireNoPercent,
  requireTagCharacters,
  requireTagCount,
  requireTags,
  TAGS,
  type Tagged,
  type Tags,
  textsOf,
} from './stream-tags.ts';

const TAG_KEYS = required(textList({ min: 1, max: MOST_TAGS, lengths: KEY_LENGTHS }));
/** Of a stream, or of a consumer of it. */
const RESOURCE_ARN = required(
  text({ pattern: 'arn:aws.*:kinesis:.*:\\d{12}:.*stream/\\S+', min: 1, max: 2048 }),
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html */
export const addTagsToStream = operation({ Tags: required(TAGS), ...STREAM_TARGET }, (input, streams) => {
  const tagged = taggedStream(targetStream(input, streams), streams);
  requireTags(input.Tags);
  requireNoPercent(textsOf(input.Tags), 'add tags to', tagged);
  return add(tagged, input.Tags);
});

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RemoveTagsFromStream.html */
export const removeTagsFromStream = operation({ TagKeys: TAG_KEYS, ...STREAM_TARGET }, (input, streams) => {
  const tagged = taggedStream(targetStream(input, streams), streams);
  requireTagCharacters(input.TagKeys);
  requireNoPercent(input.TagKeys, 'remove tags from', tagged);
  return remove(tagged, input.TagKeys);
});

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForStream.html */
export const listTagsForStream = operation(
  {
    Limit: integer({ min: 1, max: MOST_TAGS }),
    ExclusiveStartTagKey: text({ min: KEY_LENGTHS[0], max: KEY_LENGTHS[1] }),
    ...STREAM_TARGET,
  },
  (input, streams) => {
    const from = input.ExclusiveStartTagKey;
    const rest = listed(targetStream(input, streams).metadata.tags).filter(
      ({ Key }) => from === undefined || Key > from,
    );
    const Tags = rest.slice(0, input.Limit ?? MOST_TAGS);
    return { Tags, HasMoreTags: Tags.length < rest.length };
  },
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html */
export const tagResource = operation(
  { Tags: required(TAGS), ResourceARN: RESOURCE_ARN },
  (input, streams) => {
    const tagged = taggedBy(input.ResourceARN, streams);
    requireTags(input.Tags, true);
    return add(tagged, input.Tags);
  },
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UntagResource.html */
export const untagResource = operation({ TagKeys: TAG_KEYS, ResourceARN: RESOURCE_ARN }, (input, streams) => {
  const tagged = taggedBy(input.ResourceARN, streams);
  requireTagCharacters(input.TagKeys, true);
  return remove(tagged, input.TagKeys);
});

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForResource.html */
export const listTagsForResource = operation({ ResourceARN: RESOURCE_ARN }, (input, streams) => ({
  Tags: listed(taggedBy(input.ResourceARN, streams).tags),
}));

/** What carries tags, with them. */
interface Carrier extends Tagged {
  readonly tags: Tags;
  set(tags: Tags): void;
}

function taggedStream(stream: Stream, { accountId }: Streams): Carrier {
  const { tags } = stream.metadata;
  return { kind: 'stream', name: stream.name, accountId, tags, set: (set) => stream.update({ tags: set }) };
}

/** Throws ResourceNotFoundException, InvalidArgumentException, UnrecognizedClientException. */
function taggedBy(arn: string, streams: Streams): Carrier {
  if (!arn.includes('/consumer/')) {
    return taggedStream(targetStream({ StreamARN: arn, StreamName: undefined }, streams), streams);
  }
  const { stream, consumer } = targetConsumer({ ConsumerARN: arn }, streams);
  return {
    kind: 'consumer',
    name: consumer.name,
    accountId: streams.accountId,
    tags: consumer.tags ?? {},
    set: (tags) => changeConsumer(stream, { ...consumer, tags }, streams.clock.now()),
  };
}

function add(carrier: Carrier, added: Tags): null {
  const tags = { ...carrier.tags, ...added };
  requireTagCount(tags, carrier);
  carrier.set(tags);
  return null;
}

function remove(carrier: Carrier, keys: readonly string[]): null {
  carrier.set(Object.fromEntries(Object.entries(carrier.tags).filter(([key]) => !keys.includes(key))));
  return null;
}

function listed(tags: Tags): { readonly Key: string; readonly Value: string }[] {
  return Object.entries(tags)
    .map(([Key, Value]) => ({ Key, Value }))
    .sort((a, b) => (a.Key < b.Key ? -1 : 1));
}
