import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  KinesisServiceException,
  PutRecordsCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis';
import { expect, test } from 'vitest';
import { freePort } from '../../infra/local/web-page.ts';
import { endProcess, startProcess } from '../runtime-process.ts';

/** No file may grow beyond this: to the process it is a disk that is full, but only for the stream's log. */
const LARGEST_FILE_BYTES = 4 * 1024 * 1024;
const RECORDS_PER_CALL = 10;
const RECORD_BYTES = 40_000;
const StreamName = 'filling';

function clientOf(endpoint: string): KinesisClient {
  return new KinesisClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1, // a refusal is to be seen
  });
}

async function put(client: KinesisClient, call: number): Promise<string> {
  const Records = Array.from({ length: RECORDS_PER_CALL }, (_, record) => ({
    PartitionKey: 'a',
    Data: Buffer.from(`${call}.${record}`.padEnd(RECORD_BYTES)),
  }));
  try {
    await client.send(new PutRecordsCommand({ StreamName, Records }));
    return 'stored';
  } catch (error) {
    if (error instanceof KinesisServiceException) return `${error.name}: ${error.message}`;
    throw error;
  }
}

async function read(client: KinesisClient): Promise<string[]> {
  let { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamName,
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  );
  const found: string[] = [];
  for (;;) {
    const { Records = [], NextShardIterator } = await client.send(new GetRecordsCommand({ ShardIterator }));
    if (Records.length === 0) return found;
    for (const { Data = [] } of Records) found.push(Buffer.from(Data).toString().trimEnd());
    ShardIterator = NextShardIterator;
  }
}

const recordsOf = (calls: readonly number[]) =>
  calls.flatMap((call) => Array.from({ length: RECORDS_PER_CALL }, (_, record) => `${call}.${record}`));

test('a full disk is a clear error to the producer, and no record is lost, torn or doubled', {
  timeout: 60_000,
}, async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'full-disk-'));
  const port = await freePort(24_000 + (process.pid % 500) * 10);
  const env = { ...process.env, LOCAL_AWS_PORT: String(port), LOCAL_DATA_DIR: dataDir };
  const stored: number[] = [];
  const full = await startProcess('local', env, { largestFileBytes: LARGEST_FILE_BYTES });
  try {
    const client = clientOf(full.endpoint);
    await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    await waitUntilStreamExists({ client, maxWaitTime: 10, minDelay: 0.3, maxDelay: 0.3 }, { StreamName });
    let refused = 0;
    for (let call = 0; call < 15; call += 1) {
      const outcome = await put(client, call);
      if (outcome === 'stored') stored.push(call);
      else {
        refused += 1;
        expect(outcome).toMatch(
          /^InternalFailure: Could not append to .*0000000000000001\.log: EFBIG.*\. Free space on the disk/,
        );
      }
    }
    expect(stored).toEqual([0, 1, 2, 3, 4, 5, 6]); // seven calls of 533 kB of base64 in 4 MiB
    expect(refused).toBe(8);
    expect(await read(client)).toEqual(recordsOf(stored));
    client.destroy();
  } finally {
    await endProcess(full.child, 'SIGKILL');
  }

  const roomy = await startProcess('local', env);
  try {
    const client = clientOf(roomy.endpoint);
    expect(roomy.output).not.toContain('half-written'); // what did not fit had been cut off at once
    expect(await read(client)).toEqual(recordsOf(stored));
    expect(await put(client, 99)).toBe('stored');
    expect(await read(client)).toEqual(recordsOf([...stored, 99]));
    client.destroy();
  } finally {
    await endProcess(roomy.child, 'SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  }
});
