import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KinesisClient, KinesisServiceException, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serializeSale } from '../../lib/core/sale.ts';
import { parseResult } from '../../lib/core/window-result.ts';
import { endProcess, type RuntimeProcess, startProcess } from '../runtime-process.ts';

/** A disk of its own, small enough to be filled: only root may have one, and not in every container. */
const disk = await mkdtemp(path.join(tmpdir(), 'disk-space-'));
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]).status === 0;

let running: RuntimeProcess | undefined;
let said = '';
beforeAll(async () => {
  if (!isMounted) return;
  running = await startProcess('local', {
    ...process.env,
    LOCAL_AWS_PORT: '0',
    LOCAL_DATA_DIR: path.join(disk, 'data'),
    WINDOW_SECONDS: '1',
    WINDOW_IDLE_SECONDS: '0',
  });
  running.child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
});
afterAll(async () => {
  if (running !== undefined) await endProcess(running.child, 'SIGTERM');
  if (isMounted) spawnSync('umount', [disk]);
  await rm(disk, { recursive: true, force: true });
});

const filler = path.join(disk, 'filler');

/** Takes every byte that is left. */
function fill(): void {
  const file = openSync(filler, 'a');
  for (let bytes = 65_536; bytes >= 1; ) {
    try {
      if (writeSync(file, Buffer.alloc(bytes)) < bytes) bytes /= 2;
    } catch {
      bytes = Math.floor(bytes / 2);
    }
  }
  closeSync(file);
}

async function countedCents(): Promise<number> {
  const folder = path.join(disk, 'data/s3/tumbling-window-results/revenue_sum');
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const results = await Promise.all(
    files
      .filter((file) => file.isFile() && file.name.endsWith('.json'))
      .map(async (file) => parseResult(await readFile(path.join(file.parentPath, file.name), 'utf8'))),
  );
  return results.reduce((sum, result) => sum + result.salesCents, 0);
}

test.skipIf(!isMounted)(
  'a disk that fills up while windows are counted is said, damages nothing, and costs no acknowledged sale',
  { timeout: 90_000 },
  async () => {
    const client = new KinesisClient({
      endpoint: running?.endpoint ?? '',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      requestHandler: new NodeHttpHandler(),
      maxAttempts: 1,
    });
    let accepted = 0;
    const refusals = new Set<string>();
    const put = async (salesCents: number) => {
      const Data = Buffer.from(
        serializeSale({ custName: 'Kobold', custId: 1, salesCents, requestId: null, requestNumber: null }),
      );
      try {
        await client.send(new PutRecordCommand({ StreamName: 'data_pipe', PartitionKey: 'a', Data }));
        accepted += salesCents;
      } catch (error) {
        if (!(error instanceof KinesisServiceException)) throw error;
        refusals.add(`${error.name}: ${error.message}`);
      }
    };

    await put(1);
    await expect.poll(countedCents).toBe(1);

    // Sales that are in the stream and not yet counted when the disk is full: checkpoints and results are what fails.
    for (let sale = 0; sale < 10; sale += 1) await put(10);
    fill();
    for (let sale = 0; sale < 200; sale += 1) await put(1000);
    expect([...refusals].join('\n')).toMatch(
      /^InternalFailure: Could not append to .*\.log: ENOSPC: no space left on device, write\. Free space on the disk or make the data folder writable, then try again\.$/,
    );
    await expect.poll(() => said).toMatch(/ENOSPC/);

    rmSync(filler);
    await expect.poll(countedCents, { timeout: 45_000 }).toBe(accepted);
    await put(7);
    await expect.poll(countedCents).toBe(accepted);
    client.destroy();
  },
);
