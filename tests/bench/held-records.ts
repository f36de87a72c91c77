import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endProcess, startProcess } from '../runtime-process.ts';
import { KinesisLoad, putRecordsBody, RECORDS_PER_CALL, residentMegabytes } from './kinesis-load.ts';
import type { Row } from './row.ts';

const RECORDS = 5_000_000;
const SHARDS = 4;
const MOST_MEGABYTES = 400;
const MOST_SECONDS = 3;
const STREAM = 'held';

/** Five million sales on four shards: what the runtime then takes of memory, and how long a start after a kill takes. */
export async function bench(): Promise<readonly Row[]> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-held-'));
  const env = { ...process.env, LOCAL_AWS_PORT: '0', LOCAL_DATA_DIR: dataDir };
  let running = await startProcess('local', env);
  try {
    const load = new KinesisLoad(running.endpoint, 4);
    await load.createStream(STREAM, SHARDS);
    const answer: PutRecordsAnswer = JSON.parse(
      await load.repeat('PutRecords', putRecordsBody(STREAM), RECORDS / RECORDS_PER_CALL),
    );
    load.close();
    const loaded = await residentMegabytes(running.child.pid);
    await endProcess(running.child, 'SIGKILL');

    const startedMs = performance.now();
    running = await startProcess('local', env);
    const seconds = (performance.now() - startedMs) / 1000;
    const restarted = await residentMegabytes(running.child.pid);
    await expectStored(running.endpoint, answer);
    const most = Math.max(loaded, restarted);
    return [
      {
        name: '5 million records held: resident memory',
        value: Math.round(most),
        unit: 'MiB',
        bound: `at most ${MOST_MEGABYTES}`,
        ok: most <= MOST_MEGABYTES,
        note: `${Math.round(loaded)} MiB after they were put, ${Math.round(restarted)} MiB after the next start`,
      },
      {
        name: '5 million records held: start after a kill, to ready',
        value: seconds,
        unit: 's',
        bound: `at most ${MOST_SECONDS}`,
        ok: seconds <= MOST_SECONDS,
        note: 'from the command until it says that it is ready; the last records put are there',
      },
    ];
  } finally {
    await endProcess(running.child, 'SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  }
}

interface PutRecordsAnswer {
  readonly Records: readonly { readonly ShardId: string; readonly SequenceNumber: string }[];
}

/** Of each shard the last record that a call was answered with. */
async function expectStored(endpoint: string, answer: PutRecordsAnswer): Promise<void> {
  const load = new KinesisLoad(endpoint, 1);
  const last = new Map(answer.Records.map(({ ShardId, SequenceNumber }) => [ShardId, SequenceNumber]));
  for (const [ShardId, StartingSequenceNumber] of last) {
    const position = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber };
    const { ShardIterator } = JSON.parse(
      await load.call('GetShardIterator', { StreamName: STREAM, ShardId, ...position }),
    );
    const found = await load.call('GetRecords', { ShardIterator, Limit: 1 });
    if (!found.includes(StartingSequenceNumber))
      throw new Error(`Expected ${ShardId} to have its last record`);
  }
  load.close();
}
