import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { BUCKET_NAME } from '../../../../lib/core/object-key.ts';
import type { Clock } from '../../clock.ts';
import { bucketNotEmpty, noSuchBucket, S3Error } from '../wire/s3-error.ts';
import { Bucket, type BucketFolders } from './bucket.ts';
import { type BucketSettings, readBucketSettings, writeBucketSettings } from './bucket-settings.ts';
import { onDisk } from './damage.ts';
import { MultipartUploads } from './multipart-uploads.ts';
import { splitOlderJournal } from './older-journal.ts';

export interface ObjectStoreOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly region: string;
}

/**
 * All buckets, below `<dataDir>/s3/`; what is not a bucket there begins with a dot. A bucket is read when it is first used,
 * so that a start does not wait for it.
 */
export class ObjectStore {
  readonly region: string;
  readonly clock: Clock;
  readonly uploads: MultipartUploads;
  /** Half-written files of a killed process that were swept away at the start. */
  readonly sweptFiles: number;
  readonly #folders: BucketFolders;
  readonly #buckets = new Map<string, Bucket>();

  /** Throws the file system's error when the folder cannot be written. */
  constructor(options: ObjectStoreOptions) {
    this.region = options.region;
    this.clock = options.clock;
    const objects = path.join(options.dataDir, 's3');
    this.#folders = {
      objects,
      metadata: path.join(objects, '.journals'),
      marks: path.join(objects, '.marks'),
      temporary: path.join(objects, '.temporary'),
      olderMetadata: path.join(objects, '.metadata'),
    };
    this.uploads = new MultipartUploads(path.join(objects, '.uploads'), this.#folders.temporary);
    mkdirSync(this.#folders.metadata, { recursive: true });
    mkdirSync(this.#folders.temporary, { recursive: true });
    const left = readdirSync(this.#folders.temporary);
    for (const name of left) rmSync(path.join(this.#folders.temporary, name), { force: true });
    this.sweptFiles = left.length;
  }

  /** Names and creation times, in order. */
  buckets(): readonly { readonly name: string; readonly createdMs: number }[] {
    return onDisk(() => readdirSync(this.#folders.objects, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() && isBucketName(entry.name))
      .map((entry) => ({ name: entry.name, createdMs: this.#createdMs(entry.name) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  exists(name: string): boolean {
    if (!isBucketName(name)) return false;
    const folder = path.join(this.#folders.objects, name);
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  }

  /** Throws S3Error NoSuchBucket, and InternalError when the data folder is gone. */
  bucket(name: string): Bucket {
    if (!this.exists(name)) {
      this.#buckets.delete(name);
      this.#checkThere();
      throw noSuchBucket(name);
    }
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    onDisk(() => splitOlderJournal(name, this.#folders));
    const bucket = new Bucket(name, this.#folders);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  /** Throws S3Error InvalidBucketName, BucketAlreadyOwnedByYou. */
  create(name: string, location: string = this.region, tags = ''): void {
    checkNewBucket(name, this.exists(name));
    this.#checkThere();
    // Of one that was removed by hand nothing is missed any more.
    onDisk(() => rmSync(path.join(this.#folders.marks, name), { recursive: true, force: true }));
    if (location !== this.region || tags !== '') {
      const settings = { location: location === this.region ? null : location, tags };
      writeBucketSettings(name, this.#folders, settings);
    }
    onDisk(() => mkdirSync(path.join(this.#folders.objects, name)));
  }

  ensureBucket(name: string): void {
    if (!this.exists(name)) this.create(name);
  }

  /** Throws S3Error NoSuchBucket. */
  regionOf(name: string): string {
    return regionOfLocation(this.location(name));
  }

  /** The location constraint that a bucket was created with, or the region. Throws S3Error NoSuchBucket. */
  location(name: string): string {
    return this.#settings(name).location ?? this.region;
  }

  /** A bucket's tags as they were set; empty when it has none. Throws S3Error NoSuchBucket. */
  tags(name: string): string {
    return this.#settings(name).tags;
  }

  setTags(name: string, tags: string): void {
    writeBucketSettings(name, this.#folders, { ...this.#settings(name), tags });
  }

  /** Throws S3Error NoSuchBucket, BucketNotEmpty. */
  remove(name: string): void {
    // What a person put in by hand is not to be deleted unseen.
    if (this.bucket(name).firstKey('') !== null) {
      throw bucketNotEmpty(name);
    }
    this.#buckets.delete(name);
    this.uploads.removeAll(name);
    onDisk(() => {
      rmSync(path.join(this.#folders.objects, name), { recursive: true, force: true });
      // The marks first: cut off in between, no journal is missed.
      rmSync(path.join(this.#folders.marks, name), { recursive: true, force: true });
      rmSync(path.join(this.#folders.metadata, name), { recursive: true, force: true });
      for (const kind of ['location', 'tags']) {
        rmSync(path.join(this.#folders.olderMetadata, `${name}.${kind}`), { force: true });
      }
    });
  }

  /** Throws S3Error NoSuchBucket, InternalError. */
  deleteObject(bucket: string, key: string): void {
    const target = this.bucket(bucket);
    if (!target.exists(key)) return;
    target.delete(key);
    this.uploads.noteDeletion(bucket, key);
  }

  /** In process, as the event source mapping's failure destination uses it. Throws S3Error. */
  putObject(bucket: string, key: string, body: string | Buffer, contentType: string): void {
    this.bucket(bucket).put(key, Buffer.from(body), { 'content-type': contentType }, this.clock.now());
  }

  #settings(name: string): BucketSettings {
    this.bucket(name);
    return readBucketSettings(name, this.#folders);
  }

  /** Folders are made for what is put, but not the one for all: what was in it is lost, and so would be what is put now. */
  #checkThere(): void {
    const { objects, metadata, temporary } = this.#folders;
    const gone = [objects, metadata, temporary].find((folder) => !existsSync(folder));
    if (gone === undefined) return;
    throw new S3Error(
      'InternalError',
      `The data folder is gone: ${gone} was deleted or moved while the local runtime was using it. Stop the runtime and start it again.`,
    );
  }

  #createdMs(name: string): number {
    return Math.floor(statSync(path.join(this.#folders.objects, name)).birthtimeMs);
  }
}

/** Throws S3Error InvalidBucketName, BucketAlreadyOwnedByYou. */
export function checkNewBucket(name: string, isThere: boolean): void {
  if (!isBucketName(name)) {
    throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name });
  }
  if (isThere) {
    throw new S3Error(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { BucketName: name },
    );
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function isBucketName(name: string): boolean {
  return (
    BUCKET_NAME.test(name) &&
    !/\.\.|\.-|-\./.test(name) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)
  );
}

/** The region of a location constraint: its own name, but for the oldest one in Europe. */
export function regionOfLocation(location: string): string {
  return location === 'EU' ? 'eu-west-1' : location;
}
