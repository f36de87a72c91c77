import { textList, textMap } from '../../aws-json/collection-members.ts';
import { required } from '../../aws-json/request-shape.ts';
import { integer, text } from '../../aws-json/scalar-members.ts';
import { KinesisError } from '../kinesis-error.ts';
import type { Stream } from '../stream.ts';
import type { Streams } from '../streams.ts';
import { operation, streamTarget, targetStream } from './operation.ts';

const MOST_TAGS = 50;
const KEY_LENGTHS = [1, 128] as const;

export const TAGS = textMap({ min: 1, max: 200, keyLengths: KEY_LENGTHS, valueLengths: [0, 256] });

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html */
export const addTagsToStream = operation({ Tags: required(TAGS), ...streamTarget }, (input, streams) => {
  const stream = targetStream(input, streams);
  requireTags(input.Tags);
  requireNoPercent(textsOf(input.Tags), 'add tags to', stream, streams);
  const tags = { ...stream.metadata.tags, ...input.Tags };
  requireTagCount(tags, stream.name, streams);
  stream.update({ tags });
  return undefined;
});

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RemoveTagsFromStream.html */
export const removeTagsFromStream = operation(
  { TagKeys: required(textList({ min: 1, max: MOST_TAGS, lengths: KEY_LENGTHS })), ...streamTarget },
  (input, streams) => {
    const stream = targetStream(input, streams);
    requireTagCharacters(input.TagKeys);
    requireNoPercent(input.TagKeys, 'remove tags from', stream, streams);
    const removed = new Set(input.TagKeys);
    const kept = Object.entries(stream.metadata.tags).filter(([key]) => !removed.has(key));
    stream.update({ tags: Object.fromEntries(kept) });
    return undefined;
  },
);

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForStream.html */
export const listTagsForStream = operation(
  {
    Limit: integer({ min: 1, max: MOST_TAGS }),
    ExclusiveStartTagKey: text({ min: KEY_LENGTHS[0], max: KEY_LENGTHS[1] }),
    ...streamTarget,
  },
  (input, streams) => {
    const { tags } = targetStream(input, streams).metadata;
    const from = input.ExclusiveStartTagKey;
    const rest = Object.keys(tags)
      .sort()
      .filter((key) => from === undefined || key > from);
    const keys = rest.slice(0, input.Limit ?? MOST_TAGS);
    return {
      Tags: keys.map((key) => ({ Key: key, Value: tags[key] })),
      HasMoreTags: keys.length < rest.length,
    };
  },
);

function textsOf(tags: Readonly<Record<string, string>>): string[] {
  return [...Object.keys(tags), ...Object.values(tags)];
}

/** Throws InvalidArgumentException. */
export function requireTags(tags: Readonly<Record<string, string>>): void {
  if (Object.keys(tags).some((key) => key.toLowerCase().startsWith('aws:'))) {
    throw new KinesisError(
      'InvalidArgumentException',
      "Some tag keys in the request started with 'aws:'. System tags cannot be modified.",
    );
  }
  requireTagCharacters(textsOf(tags));
}

/** Throws InvalidArgumentException. */
export function requireTagCount(
  tags: Readonly<Record<string, string>>,
  streamName: string,
  streams: Streams,
): void {
  if (Object.keys(tags).length <= MOST_TAGS) return;
  throw new KinesisError(
    'InvalidArgumentException',
    `Failed to add tags to stream ${streamName} under account ${streams.accountId} ` +
      `because a given stream cannot have more than ${MOST_TAGS} tags associated with it.`,
  );
}

function requireTagCharacters(texts: readonly string[]): void {
  if (!texts.some((one) => /[^\u00C0-\u1FFF\u2C00-\uD7FF\w./\-=+_ @%]/.test(one))) return;
  throw new KinesisError(
    'InvalidArgumentException',
    'Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.',
  );
}

/** The first check lets the percent sign pass, the second one does not: so does the service. */
function requireNoPercent(texts: readonly string[], action: string, stream: Stream, streams: Streams): void {
  if (!texts.some((one) => one.includes('%'))) return;
  throw new KinesisError(
    'InvalidArgumentException',
    `Failed to ${action} stream ${stream.name} under account ${streams.accountId} because some tags contained ` +
      "illegal characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'.",
  );
}
