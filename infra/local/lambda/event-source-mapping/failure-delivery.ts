import { failureKey } from '../../../../lib/core/failure-key.ts';
import { serializeFailure } from '../../../../lib/core/failure-record.ts';
import type { Clock } from '../../clock.ts';
import type { EventSourceMappingConfiguration } from '../event-source-mappings.ts';
import { failureBucket } from './mapping-definition.ts';
import { retryDelayMs } from './retry-policy.ts';
import type { GivenUp } from './sender.ts';

/** Puts the object of a batch that was given up into the bucket of the on-failure destination. */
export type PutFailureObject = (
  bucket: string,
  key: string,
  body: string,
  contentType: string,
) => Promise<void>;

export interface FailureDelivery {
  readonly clock: Clock;
  readonly putFailureObject: PutFailureObject;
  readonly newId: () => string;
  readonly log: (line: string) => void;
}

const DELIVERY_ATTEMPTS = 3;

/**
 * Tells the mapping's on-failure destination what was given up, and the log. Never rejects: a destination that cannot be
 * reached does not hold up the shard for ever.
 */
export async function tellDestination(
  givenUp: GivenUp,
  mapping: EventSourceMappingConfiguration,
  { clock, log, newId, putFailureObject }: FailureDelivery,
): Promise<void> {
  const { batch, condition, shardId } = givenUp;
  const what = `${shardId}: gave up ${batch === null ? 'a final invocation' : `${batch.recordCount} records`} (${condition})`;
  const bucket = failureBucket(mapping);
  if (bucket === null) return log(`${what}; there is no on-failure destination`);
  const timeMs = clock.now();
  const key = failureKey(mapping.UUID, shardId, timeMs, newId());
  const body = serializeFailure({ ...givenUp, timeMs });
  for (let attempt = 1; attempt <= DELIVERY_ATTEMPTS; attempt += 1) {
    try {
      await putFailureObject(bucket, key, body, 'application/octet-stream');
      return log(`${what}; they are in s3://${bucket}/${key}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log(`${what}; s3://${bucket} refused them: ${reason}`);
      if (attempt < DELIVERY_ATTEMPTS) await clock.sleep(retryDelayMs(attempt));
    }
  }
}
