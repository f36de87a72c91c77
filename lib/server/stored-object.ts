import 'server-only';
import type { ObjectAnswer } from '../contract/answers.ts';
import { FAILURES_PREFIX } from '../core/failure-key.ts';
import { LIVE_PREFIX, MAX_KEY_BYTES, REJECTED_PREFIX, RESULTS_PREFIX } from '../core/object-key.ts';
import { awsCommand } from './aws-command.ts';
import type { Dashboard } from './dashboard.ts';
import { badRequest, type ProblemError } from './problem.ts';

/** What the pipeline writes; `aws/lambda/` is where Lambda itself keeps batches that it gave up. */
const PREFIXES = [RESULTS_PREFIX, LIVE_PREFIX, REJECTED_PREFIX, FAILURES_PREFIX] as const;
const MAX_OBJECT_BYTES = 1024 * 1024;

/** `GET /api/objects?key=…`. Throws ProblemError: only the pipeline's own objects, as text, up to 1 MiB. */
export async function objectAnswer(
  { reader, settings, clients }: Pick<Dashboard, 'reader' | 'settings' | 'clients'>,
  key: string,
): Promise<ObjectAnswer> {
  if (!PREFIXES.some((prefix) => key.startsWith(prefix)) || Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw badRequest(
      `Expected \`key\` to begin with one of ${PREFIXES.join(', ')}, got "${key.slice(0, 80)}".`,
    );
  }
  const { objects } = await reader.list(key, { pages: 1, pageSize: 1 });
  const listed = objects[0];
  if (listed?.key !== key) throw badRequest(`There is no object ${key} (any more).`, 404);
  if (listed.size > MAX_OBJECT_BYTES) throw tooLarge(`one of ${listed.size}`);
  const read = await reader.get(key, { maxBytes: MAX_OBJECT_BYTES });
  if (read === 'too-large') throw tooLarge('a larger one');
  if (typeof read === 'string') throw badRequest(`There is no object ${key} any more.`, 404);
  const { bucket, endpoint } = settings;
  const region = settings.region ?? (await clients.s3.config.region());
  return {
    key,
    bucket,
    size: read.size,
    lastModifiedMs: read.lastModifiedMs,
    contentType: read.contentType,
    etag: read.etag,
    text: read.text,
    command: awsCommand(['s3', 'cp', `s3://${bucket}/${key}`, '-'], endpoint),
    consoleUrl:
      endpoint === null
        ? `https://${region}.console.aws.amazon.com/s3/object/${bucket}?${new URLSearchParams({ region, prefix: key })}`
        : null,
  };
}

function tooLarge(got: string): ProblemError {
  return badRequest(`Expected an object of at most ${MAX_OBJECT_BYTES} bytes, got ${got}.`, 413);
}
