import { randomUUID } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { claimKey, redrivenKey } from '../../lib/core/failure-key.ts';

/** After this long without a word from whoever made it, a claim is taken over. */
export const CLAIM_MS = 15 * 60_000;
/** Whoever holds a claim does nothing more with it after this long: well before anybody takes it over. */
const HOLD_MS = 10 * 60_000;

/**
 * The right to put one failure back, as an object beside it. S3 lets one of all who try make or change it (If-None-Match,
 * If-Match), so of any number of runs at the same time one goes on.
 */
export interface Claim {
  /** When the first who ever claimed it began, epoch milliseconds: what was put back since is found from there. */
  readonly begunMs: number;
  /** Somebody may have put records back already. */
  readonly isResumed: boolean;
  /** Throws when it has been held for so long that another may have it by now. */
  check(): void;
  /** All is back. */
  done(): Promise<void>;
  /** For whoever tries next, at once. */
  release(): Promise<void>;
}

interface ClaimText {
  readonly by: string;
  readonly begunMs: number;
  readonly released: boolean;
}

/** Null while somebody else is at it. */
export async function claim(
  s3: S3Client,
  bucket: string,
  key: string,
  nowMs: () => number,
): Promise<Claim | null> {
  const by = randomUUID();
  const Key = claimKey(key);
  const write = async (text: ClaimText, condition: { IfNoneMatch: '*' } | { IfMatch: string }) => {
    try {
      const { ETag } = await s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key,
          Body: JSON.stringify(text),
          ContentType: 'application/json',
          ...condition,
        }),
      );
      return ETag ?? '';
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // Refused by one's own first attempt, whose answer was lost, or by another's.
      const found = await read(s3, bucket, Key);
      return found?.text.by === by && found.text.released === text.released ? found.etag : null;
    }
  };
  const heldBy = (etag: string, begunMs: number, isResumed: boolean): Claim => {
    const sinceMs = nowMs();
    return {
      begunMs,
      isResumed,
      check: () => {
        if (nowMs() - sinceMs > HOLD_MS) throw new Error(`It took longer than ${HOLD_MS / 60_000} minutes.`);
      },
      done: async () => {
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key: redrivenKey(key), Body: '{}' }));
      },
      release: async () => {
        await write({ by, begunMs, released: true }, { IfMatch: etag });
      },
    };
  };

  const begunMs = nowMs();
  const made = await write({ by, begunMs, released: false }, { IfNoneMatch: '*' });
  if (made !== null) return heldBy(made, begunMs, false);
  const found = await read(s3, bucket, Key);
  if (found === null || (!found.text.released && nowMs() - found.modifiedMs < CLAIM_MS)) return null;
  const taken = await write({ ...found.text, by, released: false }, { IfMatch: found.etag });
  return taken === null ? null : heldBy(taken, found.text.begunMs, true);
}

/** Throws for an object that is no claim; null when there is none. */
async function read(
  s3: S3Client,
  bucket: string,
  key: string,
): Promise<{ readonly text: ClaimText; readonly etag: string; readonly modifiedMs: number } | null> {
  try {
    const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const text: Partial<ClaimText> = JSON.parse((await object.Body?.transformToString()) ?? '');
    const { by, begunMs, released } = text;
    if (typeof by !== 'string' || typeof begunMs !== 'number' || typeof released !== 'boolean') {
      throw new Error(`Expected ${key} to be a claim, got something else.`);
    }
    return {
      text: { by, begunMs, released },
      etag: object.ETag ?? '',
      modifiedMs: object.LastModified?.getTime() ?? 0,
    };
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return null;
    throw error;
  }
}

/** Another was first: 412, or 409 while it is at it. */
function isRefusal(error: unknown): boolean {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  return status === 412 || status === 409;
}
