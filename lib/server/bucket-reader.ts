import 'server-only';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { Metrics } from './metrics.ts';
import { type Asked, ProblemError, problemOf } from './problem.ts';
import type {
  ListedObject,
  Listing,
  ListOptions,
  ObjectReader,
  ReadObject,
} from './window-store/object-reader.ts';

export interface BucketReaderOptions {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly endpoint: string | null;
  readonly region: string | null;
  readonly metrics: Metrics;
}

/** The two S3 calls that the dashboard reads with. Whatever fails is thrown as a ProblemError. */
export class BucketReader implements ObjectReader {
  readonly #options: BucketReaderOptions;

  constructor(options: BucketReaderOptions) {
    this.#options = options;
  }

  get bucket(): string {
    return this.#options.bucket;
  }

  /** All pages below a prefix, in key order. */
  async list(prefix: string, options: ListOptions = {}): Promise<Listing> {
    const { s3, bucket, metrics } = this.#options;
    const objects: ListedObject[] = [];
    const prefixes: string[] = [];
    let token: string | undefined;
    for (let page = 0; page < (options.pages ?? Infinity); page += 1) {
      metrics.listCalls += 1;
      const answer = await s3
        .send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            ...(options.startAfter === undefined ? {} : { StartAfter: options.startAfter }),
            ...(options.delimiter === undefined ? {} : { Delimiter: options.delimiter }),
            ...(options.pageSize === undefined ? {} : { MaxKeys: options.pageSize }),
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        )
        .catch((error: unknown) => this.#fail(error, 's3:ListBucket', `arn:aws:s3:::${bucket}`));
      for (const { Key, Size, LastModified, ETag } of answer.Contents ?? []) {
        if (Key === undefined) continue;
        objects.push({
          key: Key,
          size: Size ?? 0,
          lastModifiedMs: LastModified?.getTime() ?? 0,
          etag: ETag ?? '',
        });
      }
      for (const { Prefix } of answer.CommonPrefixes ?? []) if (Prefix !== undefined) prefixes.push(Prefix);
      token = answer.IsTruncated === true ? answer.NextContinuationToken : undefined;
      if (token === undefined) break;
    }
    return { objects, prefixes };
  }

  /** One object as text; null when it is gone, 'same' when it still has the ETag. */
  get(key: string): Promise<ReadObject | null>;
  get(key: string, etag: string | undefined): Promise<ReadObject | null | 'same'>;
  async get(key: string, etag?: string): Promise<ReadObject | null | 'same'> {
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
      const text = (await answer.Body?.transformToString()) ?? '';
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
      if (status === 404 && error instanceof Error && error.name !== 'NoSuchBucket') return null;
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

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const { $metadata } = error;
  if (typeof $metadata !== 'object' || $metadata === null || !('httpStatusCode' in $metadata))
    return undefined;
  return typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined;
}
