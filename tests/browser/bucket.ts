import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Pipeline } from './pipeline.ts';

/** The bucket as any other program sees it: through the SDK, without a line of the dashboard's. */
type Bucket = Pick<Pipeline, 's3' | 'bucket'>;

export async function keysOf({ s3, bucket }: Bucket, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    );
    keys.push(...(page.Contents ?? []).flatMap((object) => object.Key ?? []));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

export async function readObject({ s3, bucket }: Bucket, key: string): Promise<string> {
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return (await object.Body?.transformToString()) ?? '';
}

export async function putObject({ s3, bucket }: Bucket, key: string, body: object): Promise<string> {
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: JSON.stringify(body),
      ContentType: 'application/json',
    }),
  );
  return key;
}

export interface Part {
  readonly startMs: number;
  readonly seconds: number;
  readonly shard?: number;
  /** Tells parts of the same window and shard apart. */
  readonly sequence?: number;
  readonly sales: number;
  readonly records: number;
  readonly rejected?: number;
  /** Records and sales by customer; left out as by an older version. */
  readonly customers?: Readonly<Record<string, readonly [records: number, sales: number]>>;
}

/** A window result as the consumer writes it. */
export function putResult(bucket: Bucket, part: Part): Promise<string> {
  const { startMs, shard = 0, sequence = 1 } = part;
  const day = new Date(startMs).toISOString().slice(0, 10).replaceAll('-', '_');
  const key = `revenue_sum/dt=${day}/${startMs}_${shardId(shard)}_${sequence}.json`;
  return putObject(bucket, key, bodyOf(part));
}

/** An open snapshot: what the consumer says of a window that has no result yet. */
export function putSnapshot(bucket: Bucket, part: Part): Promise<string> {
  return putObject(bucket, `revenue_live/${shardId(part.shard ?? 0)}.json`, bodyOf(part));
}

function bodyOf(part: Part): object {
  const { startMs, seconds, shard = 0, sequence = 1, sales, records, rejected = 0, customers } = part;
  return {
    sales,
    tot_record_count: records,
    window: { start: timeOf(startMs), end: timeOf(startMs + seconds * 1000) },
    shard_id: shardId(shard),
    first_sequence_number: String(sequence),
    last_sequence_number: String(sequence + records + rejected - 1),
    min: records === 0 ? null : Math.min(1, sales),
    max: records === 0 ? null : sales,
    rejected,
    requests: {},
    ...(customers && {
      customers: Object.fromEntries(
        Object.entries(customers).map(([name, [count, amount]]) => [
          name,
          { record_count: count, sales: amount },
        ]),
      ),
    }),
    terminated_early: false,
  };
}

function shardId(shard: number): string {
  return `shardId-${String(shard).padStart(12, '0')}`;
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
