import 'server-only';
import {
  GetRecordsCommand,
  type GetRecordsOutput,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import type { Metrics } from './metrics.ts';
import { ProblemError, policyStatement, problemOf } from './problem.ts';

/** Where in a shard reading begins. */
export type Position =
  | { readonly type: 'TRIM_HORIZON' }
  | { readonly type: 'AT_TIMESTAMP'; readonly timeMs: number }
  | { readonly type: 'AFTER_SEQUENCE_NUMBER'; readonly sequenceNumber: string };

export interface StreamReaderOptions {
  readonly kinesis: KinesisClient;
  readonly stream: string;
  readonly endpoint: string | null;
  readonly region: string | null;
  readonly metrics: Metrics;
}

/** Thrown when what was asked for is no longer there: the stream was deleted, or is another one of the same name. */
export class StreamGoneError extends ProblemError {}

/** Who may not do one of them most often may do none. */
const ACTIONS = ['kinesis:ListShards', 'kinesis:GetShardIterator', 'kinesis:GetRecords'] as const;
type Action = (typeof ACTIONS)[number];

/**
 * At most this many in one call: five seconds of what a shard takes in AWS, and few enough that the consumer, which shares
 * the shard's 2 MB a second with the page, goes on reading.
 */
const MAX_RECORDS = 5000;

/** The three Kinesis calls that the page reads with. Whatever fails is thrown as a ProblemError. */
export class StreamReader {
  readonly #options: StreamReaderOptions;

  constructor(options: StreamReaderOptions) {
    this.#options = options;
  }

  /** The ids of the shards that take records now. */
  async openShards(): Promise<string[]> {
    const { kinesis, stream } = this.#options;
    const ids: string[] = [];
    let token: string | undefined;
    do {
      const { Shards = [], NextToken } = await kinesis
        .send(
          new ListShardsCommand(
            token === undefined
              ? { StreamName: stream, ShardFilter: { Type: 'AT_LATEST' } }
              : { NextToken: token },
          ),
        )
        .catch((error: unknown) => this.#fail(error, 'kinesis:ListShards'));
      for (const { ShardId } of Shards) if (ShardId !== undefined) ids.push(ShardId);
      token = NextToken;
    } while (token !== undefined);
    return ids;
  }

  async iterator(shardId: string, position: Position): Promise<string> {
    try {
      return await this.#iterator(shardId, position);
    } catch (error) {
      // A moment that AWS's clock has not reached yet is refused: this machine's clock is ahead.
      if (position.type === 'AT_TIMESTAMP' && nameOf(error) === 'InvalidArgumentException') {
        return this.#iterator(shardId, { type: 'LATEST' }).catch((again: unknown) =>
          this.#fail(again, 'kinesis:GetShardIterator'),
        );
      }
      return this.#fail(error, 'kinesis:GetShardIterator');
    }
  }

  /** Null when the iterator has expired: nobody used it for five minutes. */
  async records(iterator: string): Promise<GetRecordsOutput | null> {
    const { kinesis, metrics } = this.#options;
    metrics.recordCalls += 1;
    try {
      return await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: MAX_RECORDS }));
    } catch (error) {
      return nameOf(error) === 'ExpiredIteratorException' ? null : this.#fail(error, 'kinesis:GetRecords');
    }
  }

  async #iterator(shardId: string, position: Position | { readonly type: 'LATEST' }): Promise<string> {
    const { kinesis, stream } = this.#options;
    const { ShardIterator = '' } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName: stream,
        ShardId: shardId,
        ShardIteratorType: position.type,
        ...(position.type === 'AT_TIMESTAMP' ? { Timestamp: new Date(position.timeMs) } : {}),
        ...(position.type === 'AFTER_SEQUENCE_NUMBER'
          ? { StartingSequenceNumber: position.sequenceNumber }
          : {}),
      }),
    );
    return ShardIterator;
  }

  #fail(error: unknown, action: Action): never {
    const { metrics, stream, endpoint, region } = this.#options;
    metrics.errors += 1;
    const resource = `arn:aws:kinesis:${region ?? '*'}:*:stream/${stream}`;
    const found = problemOf(error, { action, resource, endpoint, region });
    if (GONE.has(nameOf(error))) throw new StreamGoneError(found);
    throw new ProblemError(
      found.kind === 'access-denied'
        ? { ...found, fix: policyStatement(ACTIONS, found.resource ?? resource) }
        : found,
    );
  }
}

const GONE = new Set(['ResourceNotFoundException', 'InvalidArgumentException']);

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
