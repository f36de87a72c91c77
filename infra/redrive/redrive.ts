import { Readable } from 'node:stream';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetObjectCommand,
  HeadObjectCommand,
  NotFound,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { FAILURES_PREFIX, parseFailureKey, redrivenKey } from '../../lib/core/failure-key.ts';
import {
  type FailureRecord,
  MAX_FAILURE_CHARACTERS,
  missingIn,
  parseFailedEvent,
  parseFailure,
} from '../../lib/core/failure-record.ts';
import { FieldError } from '../../lib/core/json-fields.ts';
import { claim } from './claim.ts';
import type { Clients } from './clients.ts';
import { putBack } from './stream-records.ts';

/** What became of one failure record. */
export interface Redriven {
  /** The failure record's key in the bucket. */
  readonly key: string;
  /** back: all of it. found: only looked at. busy: another run is at it. failed: it is still missing, `problem` says why. */
  readonly outcome: 'back' | 'found' | 'busy' | 'failed';
  readonly problem: string | null;
  /** Null when the object cannot be read. */
  readonly failure: FailureRecord | null;
  /** What is missing in the sums because of it; null when that cannot be told. */
  readonly missing: { readonly recordCount: number; readonly salesCents: number } | null;
}

export interface RedriveOptions {
  readonly bucket: string;
  /** Only says what there is. */
  readonly dryRun?: boolean;
  readonly nowMs?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * Puts back what Lambda gave up: records onto the stream, a final's state into its result, by the consumer itself, whose
 * key for it is the same whenever it is asked. Each once, whoever else does so too: the mark beside a failure record says
 * that it is done, a claim that somebody is at it. Oldest first. Throws what listing the bucket throws.
 */
export async function* redrive(clients: Clients, options: RedriveOptions): AsyncGenerator<Redriven> {
  for (const key of await openFailures(clients.s3, options.bucket)) {
    let read: Pick<Redriven, 'key' | 'failure' | 'missing'> = { key, failure: null, missing: null };
    try {
      const failure = await get(clients.s3, options.bucket, key);
      read = { key, failure, missing: countedIn(failure) };
      const outcome = options.dryRun ? 'found' : await putOneBack(clients, options, key, failure);
      yield { ...read, outcome, problem: null };
    } catch (error) {
      yield { ...read, outcome: 'failed', problem: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** The keys of failure records without the mark that they are back. */
async function openFailures(s3: S3Client, bucket: string): Promise<readonly string[]> {
  const failures: { readonly key: string; readonly timeMs: number }[] = [];
  const done = new Set<string>();
  for await (const page of paginateListObjectsV2(
    { client: s3 },
    { Bucket: bucket, Prefix: FAILURES_PREFIX },
  )) {
    for (const { Key = '' } of page.Contents ?? []) {
      const parsed = parseFailureKey(Key);
      if (parsed?.kind === 'failure') failures.push(parsed);
      if (parsed?.kind === 'redriven') done.add(parsed.key);
    }
  }
  return failures
    .filter(({ key }) => !done.has(key))
    .sort((a, b) => a.timeMs - b.timeMs)
    .map(({ key }) => key);
}

async function get(s3: S3Client, bucket: string, key: string): Promise<FailureRecord> {
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if ((object.ContentLength ?? 0) > 4 * MAX_FAILURE_CHARACTERS) {
    if (object.Body instanceof Readable) object.Body.destroy();
    throw new FieldError(
      'failure record',
      `of at most ${4 * MAX_FAILURE_CHARACTERS} bytes`,
      object.ContentLength,
    );
  }
  return parseFailure((await object.Body?.transformToString()) ?? '');
}

/** Null for what another consumer than this project's counts. */
function countedIn(failure: FailureRecord): Redriven['missing'] {
  try {
    const { recordCount, salesCents } = missingIn(failure);
    return { recordCount, salesCents };
  } catch {
    return null;
  }
}

async function putOneBack(
  clients: Clients,
  { bucket, nowMs = Date.now, sleep = wait }: RedriveOptions,
  key: string,
  failure: FailureRecord,
): Promise<'back' | 'busy'> {
  const { s3 } = clients;
  const held = await claim(s3, bucket, key, nowMs);
  if (held === null) return 'busy';
  // Another may have finished between the listing and the claim.
  if (await isBack(s3, bucket, key)) return 'back';
  try {
    if (failure.window?.final) await invokeFinal(clients.lambda, failure);
    else await putBack(clients, failure.streamArn, parseFailedEvent(failure).records, held, sleep);
    await held.done();
    return 'back';
  } catch (error) {
    await held.release().catch(() => undefined); // then the next run waits until the claim is old
    throw error;
  }
}

async function isBack(s3: S3Client, bucket: string, key: string): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: redrivenKey(key) }));
    return true;
  } catch (error) {
    if (error instanceof NotFound) return false;
    throw error;
  }
}

async function invokeFinal(lambda: LambdaClient, { functionArn, payload }: FailureRecord): Promise<void> {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(payload) }),
  );
  if (answer.FunctionError === undefined) return;
  const said = Buffer.from(answer.Payload ?? [])
    .toString()
    .slice(0, 300);
  throw new Error(`The function failed again: ${said}`);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
