import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { addToDayIndex, type IndexedResult, MAX_DAY_INDEX_BYTES } from '../../lib/core/day-index.ts';
import { excerptOfError } from '../../lib/core/excerpt.ts';
import { dayIndexKey, resultKey } from '../../lib/core/object-key.ts';
import { utcDay } from '../../lib/core/window.ts';
import type { WindowResult } from '../../lib/core/window-result.ts';
import { within } from './deadline.ts';

/** For one result: whoever else writes the same index wins as often at most. */
const TRIES = 4;

/** What is stored now: its rows' text and its ETag; null when there is none. */
type Stored = { readonly text: string; readonly etag: string } | null;

/** Keeps the day indexes: a cache, whose loss costs its readers requests and never holds up a window. */
export class DayIndexes {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #limitMs: number;

  /** `limitMs`: what one result's row may take, all calls and repetitions together. */
  constructor(s3: S3Client, bucket: string, limitMs: number) {
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#limitMs = limitMs;
  }

  /** Adds the row of a result that was stored under this ETag. Never rejects. */
  async add({ requests: _, ...result }: WindowResult, etag: string, leftMs: number): Promise<void> {
    if (etag === '') return; // S3 always says it; without it no reader could take the row
    const key = dayIndexKey(utcDay(result.window.startMs), result.shardId);
    const row: IndexedResult = { key: resultKey(result), etag, result };
    try {
      await within(Math.min(this.#limitMs, leftMs), 'the day index', (signal) =>
        this.change(key, (text) => addToDayIndex(text, row), signal),
      );
    } catch (error) {
      console.warn(`${key} was not brought up to date: ${excerptOfError(error)}`);
    }
  }

  /**
   * Replaces an index by what `change` makes of its text (null when there is none), and asks again when somebody else has
   * written it meanwhile. False when there is nothing to write: it is the same, or larger than anybody reads.
   */
  async change(
    key: string,
    change: (text: string | null) => string | Promise<string>,
    signal: AbortSignal,
    tries = TRIES,
  ): Promise<boolean> {
    for (let left = tries; ; left -= 1) {
      const stored = await this.#read(key, signal);
      const text = await change(stored?.text ?? null);
      // Larger than anybody reads: the readers get the results themselves.
      if (text === stored?.text || Buffer.byteLength(text) > MAX_DAY_INDEX_BYTES) return false;
      try {
        await this.#write(key, text, stored, signal);
        return true;
      } catch (error) {
        if (!isStatus(error, 409, 412) || left <= 1) throw error;
      }
    }
  }

  async #read(key: string, abortSignal: AbortSignal): Promise<Stored> {
    try {
      const get = new GetObjectCommand({ Bucket: this.#bucket, Key: key });
      const { Body, ETag = '', ContentLength = 0 } = await this.#s3.send(get, { abortSignal });
      if (ContentLength > MAX_DAY_INDEX_BYTES) {
        if (Body instanceof Readable) Body.destroy();
        throw new Error(`expected at most ${MAX_DAY_INDEX_BYTES} bytes, got ${ContentLength}`);
      }
      return { text: (await Body?.transformToString()) ?? '', etag: ETag };
    } catch (error) {
      if (isStatus(error, 404)) return null;
      throw error;
    }
  }

  async #write(key: string, text: string, stored: Stored, abortSignal: AbortSignal): Promise<void> {
    const put = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: text,
      ContentType: 'application/json',
      ...(stored === null ? { IfNoneMatch: '*' } : { IfMatch: stored.etag }),
    });
    await this.#s3.send(put, { abortSignal });
  }
}

function isStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof S3ServiceException && statuses.includes(error.$metadata.httpStatusCode ?? 0);
}
