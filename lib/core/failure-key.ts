/**
 * The keys of what was given up: a failure record, named as Lambda names it, and two marks beside it, so that one listing
 * tells what is still missing in the sums.
 */
export const FAILURES_PREFIX = 'aws/lambda/';

/** What stands behind the key of a failure record once it is being put back, and once that is done. */
const CLAIM_SUFFIX = '.redriving';
const DONE_SUFFIX = '.redriven';

/** `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<id>`, as Lambda names it. */
export function failureKey(mappingUuid: string, shardId: string, timeMs: number, id: string): string {
  const time = new Date(timeMs).toISOString();
  const day = time.slice(0, 10);
  return `${FAILURES_PREFIX}${mappingUuid}/${shardId}/${day.replaceAll('-', '/')}/${day}T${time.slice(11, 19).replaceAll(':', '.')}-${id}`;
}

/** Made by whoever begins to put the records of a failure back; it holds nothing that a reader needs. */
export function claimKey(key: string): string {
  return `${key}${CLAIM_SUFFIX}`;
}

/** Made when all of it is back: from then on the failure has no part in any sum. */
export function redrivenKey(key: string): string {
  return `${key}${DONE_SUFFIX}`;
}

export interface ParsedFailureKey {
  /** A failure record, or a mark beside it. */
  readonly kind: 'failure' | 'claim' | 'redriven';
  /** Of the failure record. */
  readonly key: string;
  readonly mappingUuid: string;
  readonly shardId: string;
  /** When it was given up, epoch milliseconds; whole seconds. */
  readonly timeMs: number;
}

/** Any object below `FAILURES_PREFIX`; null for one that is none of the three. */
export function parseFailureKey(key: string): ParsedFailureKey | null {
  const kind = key.endsWith(CLAIM_SUFFIX) ? 'claim' : key.endsWith(DONE_SUFFIX) ? 'redriven' : 'failure';
  const suffix = kind === 'claim' ? CLAIM_SUFFIX : kind === 'redriven' ? DONE_SUFFIX : '';
  const own = key.slice(0, key.length - suffix.length);
  const match =
    /^aws\/lambda\/([^/]+)\/([^/]+)\/\d{4}\/\d\d\/\d\d\/(\d{4}-\d\d-\d\d)T(\d\d)\.(\d\d)\.(\d\d)-[^/.]+$/.exec(
      own,
    );
  const [, mappingUuid, shardId, day, hour, minute, second] = match ?? [];
  if (mappingUuid === undefined || shardId === undefined) return null;
  const timeMs = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(timeMs) ? null : { kind, key: own, mappingUuid, shardId, timeMs };
}
