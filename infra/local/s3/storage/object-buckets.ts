import type { Bucket } from './bucket.ts';
import type { ObjectStore } from './object-store.ts';

/** A bucket as the operations use it: in files, or in memory. */
export type ObjectBucket = Pick<Bucket, keyof Bucket>;

/** All buckets, likewise. */
export interface Objects extends Omit<Pick<ObjectStore, keyof ObjectStore>, 'bucket' | 'sweptFiles'> {
  /** Throws S3Error NoSuchBucket. */
  bucket(name: string): ObjectBucket;
}
