import { KinesisError } from '../kinesis-error.ts';
import { refuseExpired, tokenFields } from './name-token.ts';
import type { ShardFilter } from './shard-filter.ts';

/** Where a listing of shards goes on, handed to the client as an opaque token. */
export interface ShardListingPage {
  readonly streamName: string;
  readonly afterShardId: string;
  readonly filter: ShardFilter | null;
}

export function encodeShardPage(page: ShardListingPage, nowMs: number): string {
  const { streamName, afterShardId, filter } = page;
  const fields = [nowMs, streamName, afterShardId, filter?.type, filter?.shardId, filter?.timestampMs];
  return Buffer.from(JSON.stringify(fields)).toString('base64');
}

/** Throws InvalidArgumentException, ExpiredNextTokenException. */
export function decodeShardPage(token: string, nowMs: number): ShardListingPage {
  const [issuedMs, streamName, afterShardId, type, shardId, timestampMs] = tokenFields(token);
  if (typeof issuedMs !== 'number' || typeof streamName !== 'string' || typeof afterShardId !== 'string') {
    throw new KinesisError('InvalidArgumentException', 'NextToken is invalid.');
  }
  refuseExpired(issuedMs, nowMs);
  const filter =
    typeof type !== 'string'
      ? null
      : {
          type,
          shardId: typeof shardId === 'string' ? shardId : null,
          timestampMs: typeof timestampMs === 'number' ? timestampMs : null,
        };
  return { streamName, afterShardId, filter };
}
