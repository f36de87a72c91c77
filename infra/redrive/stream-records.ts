import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import type { FailedEntry } from '../../lib/core/failure-record.ts';
import { MAX_CALL_RECORDS } from '../../lib/core/record-count.ts';
import type { Claim } from './claim.ts';
import type { Clients } from './clients.ts';

const MAX_CALL_BYTES = 4 * 1024 * 1024;
const ATTEMPTS = 6;
/** Clocks differ, here and in AWS. */
const MARGIN_MS = 5 * 60_000;
/** A read takes at most 10 MB; a shard gives 2 MB a second. */
const MAX_READS = 2_000;

/**
 * Puts each of the records on the stream again, once. Where it is not certain what the stream took (an answer was lost, an
 * earlier run was killed), the stream itself is asked: what arrived since the claim with the same partition key and data,
 * and is not the record that was given up, is there already. Throws when some are left.
 */
export async function putBack(
  { kinesis, kinesisOnce }: Pick<Clients, 'kinesis' | 'kinesisOnce'>,
  streamArn: string,
  records: readonly FailedEntry[],
  claim: Claim,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  let left = records;
  let isCertain = !claim.isResumed;
  let lastError = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await sleep(500 * 2 ** attempt);
    try {
      if (!isCertain) left = await missingOf(kinesis, streamArn, left, records, claim);
      isCertain = true;
      const refused: FailedEntry[] = [];
      for (const call of calls(left)) {
        claim.check();
        isCertain = false;
        const answer = await kinesisOnce.send(
          new PutRecordsCommand({
            StreamARN: streamArn,
            Records: call.map(({ partitionKey, data }) => ({
              PartitionKey: partitionKey,
              Data: Buffer.from(data, 'base64'),
            })),
          }),
        );
        isCertain = true;
        for (const [index, entry] of call.entries()) {
          const { ErrorCode: code, ErrorMessage: message } = answer.Records?.[index] ?? {};
          if (code === undefined) continue;
          refused.push(entry);
          lastError = `${code}: ${message}`;
        }
      }
      left = refused;
      if (left.length === 0) return;
    } catch (error) {
      lastError = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      isCertain = false;
    }
  }
  throw new Error(`The stream did not take all of the ${records.length} records: ${lastError}`);
}

function* calls(records: readonly FailedEntry[]): Generator<readonly FailedEntry[]> {
  let call: FailedEntry[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.data.length + record.partitionKey.length * 4;
    if (call.length === MAX_CALL_RECORDS || (bytes + size > MAX_CALL_BYTES && call.length > 0)) {
      yield call;
      call = [];
      bytes = 0;
    }
    call.push(record);
    bytes += size;
  }
  if (call.length > 0) yield call;
}

/** Those of `wanted` that did not arrive since the claim. `given`: all records of the failure, which are no copies. */
async function missingOf(
  kinesis: KinesisClient,
  streamArn: string,
  wanted: readonly FailedEntry[],
  given: readonly FailedEntry[],
  claim: Claim,
): Promise<readonly FailedEntry[]> {
  const waiting = new Map<string, FailedEntry[]>();
  for (const entry of wanted) {
    const content = contentOf(entry.partitionKey, entry.data);
    waiting.set(content, [...(waiting.get(content) ?? []), entry]);
  }
  const originals = new Set(given.map(({ sequenceNumber }) => sequenceNumber));
  for await (const record of arrivals(kinesis, streamArn, claim.begunMs - MARGIN_MS)) {
    if (!originals.has(record.sequenceNumber)) {
      waiting.get(contentOf(record.partitionKey, record.data))?.pop();
    }
  }
  return [...waiting.values()].flat();
}

function contentOf(partitionKey: string, data: string): string {
  return `${partitionKey}\n${data}`;
}

/** All that arrived from a moment on, to the ends of all shards. */
export async function* arrivals(
  kinesis: KinesisClient,
  streamArn: string,
  fromMs: number,
): AsyncGenerator<Omit<FailedEntry, 'arrivalMs'>> {
  for await (const shardId of shards(kinesis, streamArn)) {
    let { ShardIterator: iterator } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamARN: streamArn,
        ShardId: shardId,
        ShardIteratorType: 'AT_TIMESTAMP',
        Timestamp: new Date(fromMs),
      }),
    );
    for (let reads = 0; iterator !== undefined; reads += 1) {
      if (reads === MAX_READS)
        throw new Error(`${shardId} has more than ${MAX_READS} pages since the claim.`);
      const page = await kinesis.send(
        new GetRecordsCommand({ StreamARN: streamArn, ShardIterator: iterator }),
      );
      for (const { SequenceNumber = '', PartitionKey = '', Data } of page.Records ?? []) {
        const data = Buffer.from(Data ?? []).toString('base64');
        yield { sequenceNumber: SequenceNumber, partitionKey: PartitionKey, data };
      }
      iterator = page.MillisBehindLatest === 0 ? undefined : page.NextShardIterator;
    }
  }
}

async function* shards(kinesis: KinesisClient, streamArn: string): AsyncGenerator<string> {
  let NextToken: string | undefined;
  do {
    const page = await kinesis.send(
      new ListShardsCommand(NextToken === undefined ? { StreamARN: streamArn } : { NextToken }),
    );
    for (const { ShardId } of page.Shards ?? []) if (ShardId !== undefined) yield ShardId;
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
}
