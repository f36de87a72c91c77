import { S3Error } from './s3-error.ts';
import { isFields, malformed, parseXml, textOf, type Xml } from './xml.ts';

/** In the order in which they were given. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export type Tags = ReadonlyMap<string, string>;

/** The body of PutObjectTagging and PutBucketTagging. Throws S3Error MalformedXML, InvalidTag, BadRequest. */
export function parseTagging(body: Buffer, most: number): Tags {
  const { TagSet: set } = parseXml(body, 'Tagging');
  const items = isFields(set) && Array.isArray(set.Tag) ? set.Tag : [];
  if (set === undefined) throw malformed();
  const pairs = items.map((item: unknown): [string, string] => {
    const key = isFields(item) ? textOf(item.Key) : null;
    const value = isFields(item) ? textOf(item.Value) : null;
    if (key === null || value === null) throw malformed();
    return [key, value];
  });
  return checked(pairs, most);
}

/** The header `x-amz-tagging`, written as a URL's query; the inverse of `serializeTags`. Throws S3Error. */
export function parseTags(header: string, most: number): Tags {
  const pairs = [...new URLSearchParams(header)];
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) {
    throw new S3Error(
      'InvalidArgument',
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      { ArgumentName: 'x-amz-tagging', ArgumentValue: header },
    );
  }
  return checked(pairs, most);
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

function checked(pairs: readonly [string, string][], most: number): Tags {
  const tags = new Map<string, string>();
  for (const [key, value] of pairs) {
    const refuse = (message: string, more: Record<string, string> = {}) =>
      new S3Error('InvalidTag', message, { TagKey: key, ...more });
    if (tags.has(key)) throw refuse('Cannot provide multiple Tags with the same key');
    if (key.startsWith('aws:')) throw refuse('System tags cannot be added/updated by requester');
    if (key === '' || !isText(key, 128)) throw refuse('The TagKey you have provided is invalid');
    if (!isText(value, 256)) throw refuse('The TagValue you have provided is invalid', { TagValue: value });
    tags.set(key, value);
  }
  if (tags.size > most) throw new S3Error('BadRequest', `Object tags cannot be greater than ${most}`);
  return tags;
}

function isText(text: string, longest: number): boolean {
  return text.length <= longest && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}
