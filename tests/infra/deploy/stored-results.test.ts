import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bucketExists, deleteBucket } from '../../../infra/deploy/stored-results.ts';
import { readLocalSettings } from '../../../infra/local/local-settings.ts';
import { openRuntime, type Runtime } from '../../../infra/local/runtime.ts';

const dataDir = mkdtempSync(path.join(tmpdir(), 'stored-results-'));
let runtime: Runtime;
let s3: S3Client;
beforeAll(async () => {
  runtime = await openRuntime({ ...readLocalSettings({}, process.cwd()), port: 0, dataDir });
  vi.stubEnv('AWS_ENDPOINT_URL', runtime.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  s3 = new S3Client({ region: 'us-east-1' });
}, 60_000);
afterAll(async () => {
  s3.destroy();
  vi.unstubAllEnvs();
  await runtime.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test('a bucket goes with all its objects, however many pages they are', { timeout: 120_000 }, async () => {
  await s3.send(new CreateBucketCommand({ Bucket: 'results' }));
  const keys = Array.from({ length: 1001 }, (_, index) => `revenue_sum/dt=2021_01_24/${index}.json`);
  for (let at = 0; at < keys.length; at += 50) {
    await Promise.all(
      keys
        .slice(at, at + 50)
        .map((Key) => s3.send(new PutObjectCommand({ Bucket: 'results', Key, Body: '{}' }))),
    );
  }
  expect(await bucketExists('us-east-1', 'results')).toBe(true);
  expect(await deleteBucket('us-east-1', 'results')).toBe(1001);
  expect(await bucketExists('us-east-1', 'results')).toBe(false);
});

test('a bucket that is not there is not there, and no error', async () => {
  expect(await bucketExists('us-east-1', 'never-was')).toBe(false);
});
