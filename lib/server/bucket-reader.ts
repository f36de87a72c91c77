import 'server-only';
import { isAscii } from 'node:buffer';
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { Gate } from './gate.ts';
import { ForeignListingError, type ListingPage, ListingParser } from './listing-xml.ts';
import type { Metrics } from './metrics.ts';
import { type Asked, ProblemError, problemOf } from './problem.ts';
import {
  type GetOptions,
  type ListedObject,
  type Listing,
  type ListOptions,
  type NotRead,
  OBJECTS_AT_ONCE,
  type ObjectReader,
  type ReadObject,
} from './window-store/object-reader.ts';

export interface BucketReaderOptions {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly endpoint: string | null;
  readonly region: string | null;
  readonly metrics: Metrics;
}

/** A page has at most 1,000 keys of at most 1,024 bytes, each of which may be six characters of XML. */
const MAX_LISTING_BYTES = 8 * 1024 * 1024;

/** The two S3 calls that the dashboard reads with. Whatever fails is thrown as a ProblemError. */
export class BucketReader implements ObjectReader {
  readonly #options: BucketReaderOptions;
  /** Whoever waits for a connection waits here, where its time does not run yet. */
  readonly #gate = new Gate(OBJECTS_AT_ONCE);

  constructor(options: BucketReaderOptions) {
    this.#options = options;
  }

  get bucket(): string {
    return this.#options.bucket;
  }

  /** All pages below a prefix, in key order. */
  async list(prefix: string, options: ListOptions = {}): Promise<Listing> {
    const objects: ListedObject[] = [];
    const prefixes: string[] = [];
    let token: string | null = null;
    for (let page = 0; page < (options.pages ?? Infinity); page += 1) {
      const after: string | null = token;
      const read: ListingPage = await this.#gate.through(false, () => this.#page(prefix, options, after));
      for (const object of read.objects) objects.push(object);
      prefixes.push(...read.prefixes);
      if (read.nextToken === null) break;
      token = read.nextToken;
    }
    return { objects, prefixes };
  }

  async #page(prefix: string, options: ListOptions, token: string | null): Promise<ListingPage> {
    const { s3, bucket, metrics } = this.#options;
    metrics.listCalls += 1;
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      ...(options.startAfter === undefined ? {} : { StartAfter: options.startAfter }),
      ...(options.delimiter === undefined ? {} : { Delimiter: options.delimiter }),
      ...(options.pageSize === undefined ? {} : { MaxKeys: options.pageSize }),
      ...(token === null ? {} : { ContinuationToken: token }),
    });
    let read: ListingPage | null = null;
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const response: unknown = result.response;
        if (isOk(response)) {
          const parser = new ListingParser();
          const isWhole = await pieces(response.body, MAX_LISTING_BYTES, (piece) => parser.write(piece));
          if (!isWhole) throw new ForeignListingError(`of at most ${MAX_LISTING_BYTES} bytes`, 'more');
          read = parser.end();
          response.body = Readable.from(['<ListBucketResult/>']);
        }
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'readListing' },
    );
    try {
      await s3.send(command);
    } catch (error) {
      return this.#fail(error, 's3:ListBucket', `arn:aws:s3:::${bucket}`);
    }
    if (read === null) throw new ForeignListingError('with status 200', 'another');
    return read;
  }

  /** One object as text. */
  get(key: string, options: GetOptions): Promise<ReadObject | NotRead> {
    return this.#gate.through(options.patient === true, () => this.#get(key, options));
  }

  async #get(key: string, { maxBytes, etag }: GetOptions): Promise<ReadObject | NotRead> {
    const { s3, bucket, metrics } = this.#options;
    metrics.getCalls += 1;
    try {
      const answer = await s3.send(
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(etag === undefined ? {} : { IfNoneMatch: etag }),
        }),
      );
      const text = await textOf(answer.Body, maxBytes);
      if (text === null) return 'too-large';
      return {
        key,
        text,
        size: answer.ContentLength ?? Buffer.byteLength(text),
        lastModifiedMs: answer.LastModified?.getTime() ?? 0,
        etag: answer.ETag ?? '',
        contentType: answer.ContentType ?? 'application/octet-stream',
      };
    } catch (error) {
      const status = statusOf(error);
      if (status === 304) {
        metrics.notModified += 1;
        return 'same';
      }
      if (status === 404 && error instanceof Error && error.name !== 'NoSuchBucket') return 'gone';
      return this.#fail(error, 's3:GetObject', `arn:aws:s3:::${bucket}/${key.replace(/[^/]*$/, '*')}`);
    }
  }

  #fail(error: unknown, action: string, resource: string): never {
    const { metrics, endpoint, region } = this.#options;
    metrics.errors += 1;
    const asked: Asked = { action, resource, endpoint, region };
    throw new ProblemError(problemOf(error, asked));
  }
}

function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return null;
  const { $metadata } = error;
  if (typeof $metadata !== 'object' || $metadata === null || !('httpStatusCode' in $metadata)) return null;
  return typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : null;
}

/** The SDK's own answer, before it has read it. */
function isOk(response: unknown): response is { statusCode: 200; body: unknown } {
  return (
    typeof response === 'object' &&
    response !== null &&
    'body' in response &&
    'statusCode' in response &&
    response.statusCode === 200
  );
}

/** A body as text; null, and nothing more of it is read, once it is longer than `maxBytes`. */
async function textOf(body: unknown, maxBytes: number): Promise<string | null> {
  const text: string[] = [];
  const isWhole = await pieces(body, maxBytes, (piece) => text.push(piece));
  // Joined, and not added up: what is added up is copied again by whoever reads it.
  return isWhole ? text.join('') : null;
}

/** Hands over a body's text piece by piece. False, and nothing more of it is read, once it is longer than `maxBytes`. */
async function pieces(body: unknown, maxBytes: number, take: (piece: string) => void): Promise<boolean> {
  if (!(body instanceof Readable)) return true;
  const decoder = new StringDecoder('utf8');
  let length = 0;
  for await (const chunk of body) {
    const bytes: unknown = chunk;
    if (!(bytes instanceof Uint8Array)) continue;
    length += bytes.length;
    // Leaving the loop destroys the stream, and its connection with it.
    if (length > maxBytes) return false;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    // Ten times as fast, and nearly all there is.
    take(isAscii(buffer) ? decoder.end() + buffer.toString('latin1') : decoder.write(buffer));
  }
  take(decoder.end());
  return true;
}
