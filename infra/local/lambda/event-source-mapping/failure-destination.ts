import type { EventSourceMappingConfiguration } from '../event-source-mappings.ts';
import { failureObject, type GivenUp } from './failure-record.ts';
import { failureBucket } from './mapping-definition.ts';
import type { MappingEnvironment } from './mapping-environment.ts';
import { retryDelayMs } from './retry-policy.ts';

/** Puts the object of a batch that was given up into the bucket of the on-failure destination. */
export type PutFailureObject = (
  bucket: string,
  key: string,
  body: string,
  contentType: string,
) => Promise<void>;

const DELIVERY_ATTEMPTS = 3;

/**
 * Tells the mapping's on-failure destination what was given up, and the log. Never rejects: a destination that cannot be
 * reached does not hold up the shard for ever.
 */
export async function tellDestination(
  givenUp: GivenUp,
  mapping: EventSourceMappingConfiguration,
  { clock, log, newId, putFailureObject }: MappingEnvironment,
): Promise<void> {
  const { condition, records, shardId } = givenUp;
  const what = `${shardId}: gave up ${records.length === 0 ? 'a final invocation' : `${records.length} records`} (${condition})`;
  const bucket = failureBucket(mapping);
  if (bucket === null) return log(`${what}; there is no on-failure destination`);
  const object = failureObject(givenUp, mapping.UUID, clock.now(), newId());
  for (let attempt = 1; attempt <= DELIVERY_ATTEMPTS; attempt += 1) {
    try {
      await putFailureObject(bucket, object.key, object.body, 'application/octet-stream');
      return log(`${what}; they are in s3://${bucket}/${object.key}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log(`${what}; s3://${bucket} refused them: ${reason}`);
      if (attempt < DELIVERY_ATTEMPTS) await clock.sleep(retryDelayMs(attempt));
    }
  }
}
