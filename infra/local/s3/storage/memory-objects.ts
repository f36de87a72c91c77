import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Clock } from '../../clock.ts';
import type { ByteRange } from '../wire/byte-range.ts';
import { bucketNotEmpty, noSuchBucket } from '../wire/s3-error.ts';
import type { Listing, ListingRequest } from './key-listing.ts';
import { commonPrefix } from './key-listing.ts';
import { MultipartUploads } from './multipart-uploads.ts';
import type { ObjectBucket, Objects } from './object-buckets.ts';
import { md5Tag } from './object-file.ts';
import type { ObjectMetadata } from './object-metadata.ts';
import { checkNewBucket, regionOfLocation } from './object-store.ts';
import { compareKeys } from './sorted-keys.ts';

interface MemoryObject {
  readonly body: Buffer;
  readonly metadata: ObjectMetadata;
}

/** Buckets that are gone with the process. Only uploads in parts, while they are under way, lie in files. */
export class MemoryObjects implements Objects {
  readonly region: string;
  readonly clock: Clock;
  readonly uploads: MultipartUploads;
  readonly #folder = path.join(tmpdir(), `tumbling-windows-${randomUUID()}`);
  readonly #buckets = new Map<
    string,
    { readonly bucket: MemoryBucket; readonly createdMs: number; readonly location: string; tags: string }
  >();

  constructor({ clock, region }: { readonly clock: Clock; readonly region: string }) {
    this.clock = clock;
    this.region = region;
    this.uploads = new MultipartUploads(path.join(this.#folder, 'uploads'), path.join(this.#folder, 'new'));
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  buckets(): readonly { readonly name: string; readonly createdMs: number }[] {
    return [...this.#buckets]
      .map(([name, { createdMs }]) => ({ name, createdMs }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  exists(name: string): boolean {
    return this.#buckets.has(name);
  }

  bucket(name: string): MemoryBucket {
    return this.#find(name).bucket;
  }

  /** Throws S3Error InvalidBucketName, BucketAlreadyOwnedByYou. */
  create(name: string, location: string = this.region, tags = ''): void {
    checkNewBucket(name, this.exists(name));
    const bucket = new MemoryBucket(name);
    this.#buckets.set(name, { bucket, createdMs: this.clock.now(), location, tags });
  }

  ensureBucket(name: string): void {
    if (!this.exists(name)) this.create(name);
  }

  regionOf(name: string): string {
    return regionOfLocation(this.location(name));
  }

  location(name: string): string {
    return this.#find(name).location;
  }

  tags(name: string): string {
    return this.#find(name).tags;
  }

  setTags(name: string, tags: string): void {
    this.#find(name).tags = tags;
  }

  /** Throws S3Error NoSuchBucket, BucketNotEmpty. */
  remove(name: string): void {
    if (this.bucket(name).firstKey('') !== null) {
      throw bucketNotEmpty(name);
    }
    this.#buckets.delete(name);
  }

  deleteObject(bucket: string, key: string): void {
    this.bucket(bucket).delete(key);
  }

  putObject(bucket: string, key: string, body: string | Buffer, contentType: string): void {
    this.bucket(bucket).put(key, Buffer.from(body), { 'content-type': contentType }, this.clock.now());
  }

  #find(name: string) {
    const found = this.#buckets.get(name);
    if (found !== undefined) return found;
    throw noSuchBucket(name);
  }
}

class MemoryBucket implements ObjectBucket {
  readonly #objects = new Map<string, MemoryObject>();

  constructor(readonly name: string) {}

  list({ after, delimiter, maxKeys, prefix }: ListingRequest): Listing {
    const entries: { readonly kind: 'key' | 'prefix'; readonly name: string }[] = [];
    if (maxKeys === 0) return { entries, isTruncated: false };
    for (const key of [...this.#objects.keys()].sort(compareKeys)) {
      const group = commonPrefix(key, prefix, delimiter);
      const name = group ?? key;
      const isPassed = compareKeys(key, after) <= 0 || (group !== null && after.startsWith(group));
      if (!key.startsWith(prefix) || (after !== '' && isPassed) || entries.at(-1)?.name === name) continue;
      if (entries.length === maxKeys) return { entries, isTruncated: true };
      entries.push({ kind: group === null ? 'key' : 'prefix', name });
    }
    return { entries, isTruncated: false };
  }

  firstKey(prefix: string): string | null {
    return this.list({ prefix, delimiter: '', after: '', maxKeys: 1 }).entries[0]?.name ?? null;
  }

  head(key: string): ObjectMetadata | null {
    return this.#objects.get(key)?.metadata ?? null;
  }

  exists(key: string): boolean {
    return this.#objects.has(key);
  }

  listed(key: string): ObjectMetadata | null {
    return this.head(key);
  }

  read(key: string, range: ByteRange | null = null): Buffer {
    const body = this.#objects.get(key)?.body ?? Buffer.alloc(0);
    return range === null ? body : body.subarray(range.first, range.last + 1);
  }

  put(key: string, body: Buffer, headers: Readonly<Record<string, string>>, nowMs: number): ObjectMetadata {
    return this.assemble(key, [body], { etag: md5Tag(body), lastModifiedMs: nowMs, headers });
  }

  assemble(key: string, pieces: Iterable<Buffer>, about: Omit<ObjectMetadata, 'size'>): ObjectMetadata {
    const body = Buffer.concat([...pieces]);
    const metadata = { ...about, size: body.length };
    this.#objects.set(key, { body, metadata });
    return metadata;
  }

  describe(key: string, name: string, value: string): void {
    const found = this.#objects.get(key);
    if (found === undefined) return;
    const { [name]: _before, ...rest } = found.metadata.headers;
    const headers = value === '' ? rest : { ...rest, [name]: value };
    this.#objects.set(key, { ...found, metadata: { ...found.metadata, headers } });
  }

  delete(key: string): void {
    this.#objects.delete(key);
  }
}
