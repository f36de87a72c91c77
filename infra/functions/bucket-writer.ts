import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { CallTimeoutError, within } from './deadline.ts';

export interface WriteLimits {
  /** Of one call. A healthy one takes some 50 ms. */
  readonly callMs: number;
  /** How often a call that had no answer is made: the same bytes at the same key do no harm. */
  readonly tries: number;
  /** What is left of the invocation when no call is begun any more, so that the failure is told, and not cut off. */
  readonly reserveMs: number;
}

/** Writes the pipeline's objects, each in bounded time. S3's errors propagate. */
export class BucketWriter {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #limits: WriteLimits;

  constructor(s3: S3Client, bucket: string, limits: WriteLimits) {
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#limits = limits;
  }

  /**
   * Answers the object's ETag; `remainingMs` says what is left of the invocation. Throws CallTimeoutError, and whatever
   * S3 refuses with.
   */
  async put(key: string, body: string, remainingMs: () => number): Promise<string> {
    const { callMs, tries, reserveMs } = this.#limits;
    for (let left = tries; ; left -= 1) {
      try {
        return await this.putOnce(key, body, Math.min(callMs, remainingMs() - reserveMs));
      } catch (error) {
        if (!(error instanceof CallTimeoutError) || left <= 1 || remainingMs() <= reserveMs) throw error;
      }
    }
  }

  /** The same in one try and at most `limitMs`. */
  async putOnce(key: string, body: string, limitMs: number): Promise<string> {
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: body,
      ContentType: 'application/json',
    });
    const { ETag = '' } = await within(limitMs, 'PutObject', (abortSignal) =>
      this.#s3.send(command, { abortSignal }),
    );
    return ETag;
  }
}
