import type { Xml } from '../../http/xml-text.ts';
import { invalidArgument, S3Error } from './s3-error.ts';
import { isFields, malformed, parseXml, textOf } from './xml.ts';

/** In the order in which they were given. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export type Tags = ReadonlyMap<string, string>;

/** What tags are of: how many there may be, and how S3 words it that `aws:` is its own. */
export interface TagRules {
  readonly most: number;
  readonly tooMany: string;
  readonly reserved: string;
}

export const OBJECT_TAGS: TagRules = {
  most: 10,
  tooMany: 'Object tags cannot be greater than 10',
  reserved: 'Your TagKey cannot be prefixed with aws:',
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html */
export const BUCKET_TAGS: TagRules = {
  most: 50,
  tooMany: 'Bucket tag count cannot be greater than 50',
  reserved: 'System tags cannot be added/updated by requester',
};

export const NEW_BUCKET_TAGS: TagRules = {
  ...BUCKET_TAGS,
  reserved:
    'User-defined tag keys can\'t start with "aws:". This prefix is reserved for system tags. Remove "aws:" from your tag keys and try again.',
};

/**
 * The body of PutObjectTagging and PutBucketTagging; without any tag it clears those that are there.
 * Throws S3Error MalformedXML, InvalidTag, BadRequest.
 */
export function parseTagging(body: Buffer, rules: TagRules): Tags {
  const { TagSet: set, ...others } = parseXml(body, 'Tagging');
  if (Object.keys(others).length > 0) throw malformed();
  return parseTagSet(set, rules);
}

/** An element with `Tag`s in it; one that is not there has none. Throws S3Error MalformedXML, InvalidTag, BadRequest. */
export function parseTagSet(set: unknown, rules: TagRules): Tags {
  const isEmpty = set === undefined || textOf(set)?.trim() === '';
  const items =
    isFields(set) && Object.keys(set).every((name) => name === 'Tag') ? set.Tag : isEmpty ? [] : null;
  if (!Array.isArray(items)) throw malformed();
  const pairs = items.map((item: unknown): [string, string] => {
    const key = isFields(item) ? textOf(item.Key) : null;
    const value = isFields(item) ? textOf(item.Value) : null;
    if (key === null || value === null) throw malformed();
    return [key, value];
  });
  return checked(pairs, rules);
}

/** The header `x-amz-tagging`, written as a URL's query; the inverse of `serializeTags`. Throws S3Error. */
export function parseTags(header: string, rules: TagRules): Tags {
  const pairs = [...new URLSearchParams(header)];
  const isQuery = pairs.every((pair) => pair.every((text) => TAG_TEXT.test(text)));
  if (!isQuery || new Set(pairs.map(([key]) => key)).size < pairs.length) {
    throw invalidArgument(
      'x-amz-tagging',
      header,
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
    );
  }
  return checked(pairs, rules);
}

export function serializeTags(tags: Tags): string {
  return new URLSearchParams([...tags]).toString();
}

export function tagSetXml(tags: Tags): Xml {
  const elements = [...tags].map(([key, value]): Xml => {
    return [
      'Tag',
      [
        ['Key', key],
        ['Value', value],
      ],
    ];
  });
  return ['TagSet', elements];
}

function checked(pairs: readonly [string, string][], { most, tooMany, reserved }: TagRules): Tags {
  const tags = new Map<string, string>();
  for (const [key, value] of pairs) {
    const refuse = (message: string, more: Record<string, string> = {}) =>
      new S3Error('InvalidTag', message, { TagKey: key, ...more });
    if (tags.has(key)) throw refuse('Cannot provide multiple Tags with the same key');
    if (key.startsWith('aws:')) throw refuse(reserved);
    if (key === '' || !isText(key, 128)) throw refuse('The TagKey you have provided is invalid');
    if (!isText(value, 256)) throw refuse('The TagValue you have provided is invalid', { TagValue: value });
    tags.set(key, value);
  }
  if (tags.size > most) throw new S3Error('BadRequest', tooMany);
  return tags;
}

const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

function isText(text: string, longest: number): boolean {
  return text.length <= longest && TAG_TEXT.test(text);
}
