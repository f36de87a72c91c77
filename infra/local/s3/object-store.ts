import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import { Bucket } from './bucket.ts';
import { S3Error } from './s3-error.ts';

export interface ObjectStoreOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly region: string;
}

/** All buckets, below `<dataDir>/s3/`. A bucket is read when it is first used. */
export class ObjectStore {
  readonly region: string;
  readonly clock: Clock;
  /** Half-written files of a killed process that were swept away at the start. */
  readonly sweptFiles: number;
  readonly #folders: { readonly objects: string; readonly metadata: string; readonly temporary: string };
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: ObjectStoreOptions) {
    this.region = options.region;
    this.clock = options.clock;
    const objects = path.join(options.dataDir, 's3');
    this.#folders = {
      objects,
      metadata: path.join(objects, '.metadata'),
      temporary: path.join(objects, '.temporary'),
    };
    mkdirSync(this.#folders.metadata, { recursive: true });
    mkdirSync(this.#folders.temporary, { recursive: true });
    const left = readdirSync(this.#folders.temporary);
    for (const name of left) rmSync(path.join(this.#folders.temporary, name), { force: true });
    this.sweptFiles = left.length;
  }

  /** Names and creation times, in order. */
  buckets(): readonly { readonly name: string; readonly createdMs: number }[] {
    return readdirSync(this.#folders.objects, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => ({ name: entry.name, createdMs: this.#createdMs(entry.name) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  exists(name: string): boolean {
    return this.#buckets.has(name) || this.#isFolder(name);
  }

  /** @throws S3Error NoSuchBucket */
  bucket(name: string): Bucket {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    if (!this.#isFolder(name)) {
      throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
    }
    const bucket = new Bucket(name, this.#folders);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  /** @throws S3Error InvalidBucketName, BucketAlreadyOwnedByYou */
  create(name: string): void {
    if (!isBucketName(name)) {
      throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name });
    }
    if (this.exists(name)) {
      throw new S3Error(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        { BucketName: name },
      );
    }
    this.ensureBucket(name);
  }

  ensureBucket(name: string): void {
    mkdirSync(path.join(this.#folders.objects, name), { recursive: true });
  }

  /** @throws S3Error NoSuchBucket, BucketNotEmpty */
  remove(name: string): void {
    const bucket = this.bucket(name);
    if (bucket.keys.size > 0) {
      throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
        BucketName: name,
      });
    }
    bucket.close();
    this.#buckets.delete(name);
    rmSync(path.join(this.#folders.metadata, `${name}.ndjson`), { force: true });
    rmSync(path.join(this.#folders.objects, name), { recursive: true, force: true });
  }

  /** In process, as the event source mapping's failure destination uses it. */
  putObject(bucket: string, key: string, body: string | Buffer, contentType: string): void {
    this.bucket(bucket).put(key, Buffer.from(body), { 'content-type': contentType }, this.clock.now());
  }

  close(): void {
    for (const bucket of this.#buckets.values()) bucket.close();
    this.#buckets.clear();
  }

  #isFolder(name: string): boolean {
    return (
      isBucketName(name) &&
      statSync(path.join(this.#folders.objects, name), { throwIfNoEntry: false })?.isDirectory() === true
    );
  }

  #createdMs(name: string): number {
    return Math.floor(statSync(path.join(this.#folders.objects, name)).birthtimeMs);
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !/\.\.|\.-|-\./.test(name) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3)$/.test(name)
  );
}
