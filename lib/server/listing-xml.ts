import 'server-only';
import { excerptOf } from '../core/excerpt.ts';
import type { ListedObject, Listing } from './window-store/object-reader.ts';

/** Thrown for an answer to ListObjectsV2 that is no listing: an empty bucket is one, with nothing in it. */
export class ForeignListingError extends Error {
  override name = 'ForeignListingError' as const;

  constructor(expected: string, got: string) {
    super(
      `Expected the listing of a bucket, ${expected}, got ${excerptOf(got, 200)}. Is the endpoint an S3 one?`,
    );
  }
}

/** A page of a listing, and where the next one begins; null when there is none. */
export interface ListingPage extends Listing {
  readonly nextToken: string | null;
}

const ROOT = /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?<ListBucketResult(?:\s[^>]*)?(\/?)>/;
const TEXT = '([^<]*)';
const CONTENTS = /<Contents>(.*?)<\/Contents>/gs;
const PREFIXES = new RegExp(`<CommonPrefixes>\\s*<Prefix>${TEXT}</Prefix>\\s*</CommonPrefixes>`, 'g');

/**
 * Reads the body of a ListObjectsV2 answer. By itself and not with the SDK's reader of XML, which takes an answer of any
 * other kind for an empty bucket, and ten times as long for a year's keys. Throws ForeignListingError.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function parseListing(xml: string): ListingPage {
  const root = ROOT.exec(xml);
  if (root === null) throw new ForeignListingError('whose root is ListBucketResult', xml);
  if (root[1] === '' && !/<\/ListBucketResult>\s*$/.test(xml)) {
    throw new ForeignListingError('to its end', xml.slice(-100));
  }
  const rest = xml.replace(CONTENTS, '');
  const truncated = element(rest, 'IsTruncated') === 'true';
  const nextToken = element(rest, 'NextContinuationToken');
  if (truncated && nextToken === null) throw new ForeignListingError('with a token of its next page', rest);
  return {
    objects: Array.from(xml.matchAll(CONTENTS), ([, content = '']) => objectIn(content)),
    prefixes: Array.from(xml.matchAll(PREFIXES), ([, prefix = '']) => unescaped(prefix)),
    nextToken: truncated ? nextToken : null,
  };
}

function objectIn(content: string): ListedObject {
  const key = element(content, 'Key');
  const size = Number(element(content, 'Size') ?? 'none');
  const lastModifiedMs = Date.parse(element(content, 'LastModified') ?? '');
  const etag = element(content, 'ETag');
  if (key === null || etag === null || !Number.isSafeInteger(size) || Number.isNaN(lastModifiedMs)) {
    throw new ForeignListingError('with key, size, time and ETag of each object', content);
  }
  return { key, size, lastModifiedMs, etag };
}

const ELEMENTS = Object.fromEntries(
  ['Key', 'Size', 'LastModified', 'ETag', 'IsTruncated', 'NextContinuationToken'].map((name) => [
    name,
    new RegExp(`<${name}>${TEXT}</${name}>`),
  ]),
);

function element(xml: string, name: string): string | null {
  const text = ELEMENTS[name]?.exec(xml)?.[1];
  return text === undefined ? null : unescaped(text);
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/g,
    (all, hex, dec, name) => {
      if (name !== undefined) return NAMED[name] ?? all;
      const code = hex === undefined ? Number(dec) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}
