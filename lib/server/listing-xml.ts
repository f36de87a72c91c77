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
const CONTENTS = '<Contents>';
const END_OF_CONTENTS = '</Contents>';
const PREFIXES = /<CommonPrefixes>\s*<Prefix>([^<]*)<\/Prefix>\s*<\/CommonPrefixes>/g;

/**
 * Reads the body of a ListObjectsV2 answer. By itself and not with the SDK's reader of XML, which takes an answer of any
 * other kind for an empty bucket, and ten times as long for a year's keys. Piece by piece as it comes: of one long text the
 * memory alone costs more than all the rest.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export class ListingParser {
  readonly #objects: ListedObject[] = [];
  #aroundObjects = '';
  #unread = '';

  /** Takes the next piece of the body. Throws ForeignListingError. */
  write(piece: string): void {
    const text = this.#unread + piece;
    let at = 0;
    for (;;) {
      const from = text.indexOf(CONTENTS, at);
      const to = from < 0 ? -1 : text.indexOf(END_OF_CONTENTS, from);
      if (to < 0) break;
      this.#aroundObjects += text.slice(at, from);
      this.#objects.push(objectIn(text.slice(from + CONTENTS.length, to)));
      at = to + END_OF_CONTENTS.length;
    }
    this.#unread = text.slice(at);
  }

  /** What there was, after the last piece. Throws ForeignListingError. */
  end(): ListingPage {
    const xml = this.#aroundObjects + this.#unread;
    const root = ROOT.exec(xml);
    if (root === null) throw new ForeignListingError('whose root is ListBucketResult', xml);
    if (this.#unread.includes(CONTENTS) || (root[1] === '' && !/<\/ListBucketResult>\s*$/.test(xml))) {
      throw new ForeignListingError('to its end', xml.slice(-100));
    }
    const truncated = element(xml, 'IsTruncated') === 'true';
    const nextToken = element(xml, 'NextContinuationToken');
    if (truncated && nextToken === null) throw new ForeignListingError('with a token of its next page', xml);
    return {
      objects: this.#objects,
      prefixes: Array.from(xml.matchAll(PREFIXES), ([, prefix = '']) => unescaped(prefix)),
      nextToken: truncated ? nextToken : null,
    };
  }
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

/** The text of the first element of a name that holds nothing but text. */
function element(xml: string, name: string): string | null {
  const tag = `<${name}>`;
  const from = xml.indexOf(tag);
  const to = from < 0 ? -1 : xml.indexOf('<', from + tag.length);
  return to >= 0 && xml.startsWith(`</${name}>`, to) ? unescaped(xml.slice(from + tag.length, to)) : null;
}

const QUOTED = /^&quot;[^&]*&quot;$/;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  // An ETag, as S3 and the local runtime write it.
  if (QUOTED.test(text)) return `"${text.slice('&quot;'.length, -'&quot;'.length)}"`;
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/g,
    (all, hex, dec, name) => {
      if (name !== undefined) return NAMED[name] ?? all;
      const code = hex === undefined ? Number(dec) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}
