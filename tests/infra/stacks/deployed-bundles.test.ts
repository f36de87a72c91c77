import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientEnvironment } from '../../../infra/local/environment.ts';
import { readLocalSettings } from '../../../infra/local/local-settings.ts';
import { openRuntime, type Runtime } from '../../../infra/local/runtime.ts';
import { PIPELINE } from '../../../infra/pipeline.ts';
import { deployedFunction, invoke } from './deployed-function.ts';
import { synthesize, theResource } from './synthesized.ts';

const { folder, producer: producerTemplate, analytics } = synthesize({ bundle: true });
const producer = deployedFunction(folder, producerTemplate, {
  'AWS::Kinesis::Stream': String(theResource(producerTemplate, 'AWS::Kinesis::Stream').properties.Name),
});
const consumer = deployedFunction(folder, analytics, { 'AWS::S3::Bucket': PIPELINE.bucket.localName });

describe.each([
  ['producer', producer],
  ['consumer', consumer],
])("the %s's bundle", (_name, { file }) => {
  test('is at most 450 kB, its SDK included', () => {
    expect(statSync(file).size).toBeLessThanOrEqual(450_000);
  });

  test('knows nothing of where it was built', () => {
    expect(readFileSync(file, 'utf8')).not.toContain(process.cwd());
  });
});

describe('the deployed bundles with the deployed environment, against AWS on this machine', () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'deployed-bundles-'));
  const settings = {
    ...readLocalSettings({ WINDOW_SECONDS: '1', WINDOW_IDLE_SECONDS: '0' }, dataDir),
    port: 0,
    dataDir,
    consumerHandler: { file: consumer.file, exportName: 'handler' },
  };
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await openRuntime(settings);
  }, 60_000);
  afterAll(async () => {
    await runtime.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('make window results that add up to what the producer sent', { timeout: 60_000 }, async () => {
    const environment = clientEnvironment(runtime.url, settings);
    expect(producer.environment).toEqual({ STREAM_NAME: 'data_pipe' });
    // The runtime gives its consumer the same.
    expect(consumer.environment).toEqual({ BUCKET_NAME: PIPELINE.bucket.localName });

    const answer = await invoke(producer, environment, { record_count: 700 });
    const { message } = JSON.parse(bodyOf(answer));
    expect(message).toMatchObject({ status: true, record_count: 700 });

    const s3 = new S3Client({
      endpoint: runtime.url,
      region: settings.region,
      forcePathStyle: true,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    let total = { sales: 0, tot_record_count: 0 };
    for (let tries = 0; tries < 200 && total.tot_record_count < 700; tries += 1) {
      await sleep(100);
      total = await sumOfResults(s3, PIPELINE.bucket.localName);
    }
    expect(total).toEqual({ sales: message.tot_sales, tot_record_count: 700 });
    s3.destroy();
  });
});

function bodyOf(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null || !('body' in answer)) throw new Error('No answer.');
  return String(answer.body);
}

async function sumOfResults(
  s3: S3Client,
  Bucket: string,
): Promise<{ sales: number; tot_record_count: number }> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'revenue_sum/' }));
  const total = { sales: 0, tot_record_count: 0 };
  for (const { Key } of Contents) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const result = JSON.parse((await Body?.transformToString()) ?? '');
    total.sales += result.sales;
    total.tot_record_count += result.tot_record_count;
  }
  return total;
}
