import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseResult } from '../../lib/core/window-result.ts';
import { endProcess, startProcess } from '../runtime-process.ts';
import { cpuSeconds, KinesisLoad, putRecordsBody, RECORDS_PER_CALL } from './kinesis-load.ts';
import type { Row } from './row.ts';

const RECORDS = 1_000_000;
const CONNECTIONS = 8;
const LEAST_PER_SECOND = 50_000;

/**
 * Put → window results in S3, consumer included: a client puts a million sales of some 100 bytes on four shards as fast as
 * the runtime takes them, and the clock stops when the results of all windows add up to exactly that.
 */
export async function bench(): Promise<readonly Row[]> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-pipeline-'));
  const running = await startProcess('local', {
    ...process.env,
    LOCAL_AWS_PORT: '0',
    LOCAL_DATA_DIR: dataDir,
    SHARD_COUNT: '4',
    WINDOW_SECONDS: '2',
    WINDOW_IDLE_SECONDS: '0',
  });
  const load = new KinesisLoad(running.endpoint, CONNECTIONS);
  const startedMs = performance.now();
  await load.repeat('PutRecords', putRecordsBody('data_pipe'), RECORDS / RECORDS_PER_CALL);
  const putMs = performance.now() - startedMs;
  const folder = path.join(dataDir, 's3/tumbling-window-results/revenue_sum');
  let counted = 0;
  while (counted < RECORDS && performance.now() - startedMs < 180_000) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    counted = await recordsIn(folder);
  }
  const allMs = performance.now() - startedMs;
  const cpuMicros = await cpuSeconds(running.child.pid).then((seconds) => (seconds * 1e6) / RECORDS);
  load.close();
  await endProcess(running.child, 'SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
  if (counted !== RECORDS) throw new Error(`Expected ${RECORDS} records in the results, got ${counted}`);
  const perSecond = Math.round(RECORDS / (allMs / 1000));
  return [
    {
      name: 'put → window results in S3, 4 shards, consumer included',
      value: perSecond,
      unit: 'records/s',
      bound: `at least ${LEAST_PER_SECOND}`,
      ok: perSecond >= LEAST_PER_SECOND,
      note: `${RECORDS} records: put in ${(putMs / 1000).toFixed(1)} s, in the results after ${(allMs / 1000).toFixed(1)} s; ${cpuMicros.toFixed(1)} µs of CPU a record, all threads, so at most ${Math.round(2e6 / cpuMicros)} records/s on two idle cores`,
    },
  ];
}

async function recordsIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const results = await Promise.all(
    files
      .filter((file) => file.isFile() && file.name.endsWith('.json'))
      .map(async (file) => parseResult(await readFile(path.join(file.parentPath, file.name), 'utf8'))),
  );
  return results.reduce((sum, result) => sum + result.recordCount, 0);
}
