import { type _Object, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putDemoDay } from '../../../infra/local/demo-day.ts';
import { parsePart } from '../../../lib/core/window-part.ts';
import { type LocalS3, openS3 } from './s3/local-s3.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 10, 30);

let s3: LocalS3;
let Bucket: string;
beforeAll(async () => {
  s3 = await openS3();
  Bucket = await s3.newBucket();
});
afterAll(() => s3.close());

async function objectsOf(day: string): Promise<_Object[]> {
  const Prefix = `revenue_sum/dt=${day}/`;
  const { Contents = [] } = await s3.client.send(new ListObjectsV2Command({ Bucket, Prefix }));
  return Contents;
}

test('a demo day fills the newest past day that has nothing, never one that has, and once', async () => {
  const bucket = s3.objects.bucket(Bucket);
  const Key = 'revenue_sum/dt=2026_01_14/1768348800000.json';
  await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: '{"sales":1}' }));
  expect(putDemoDay(bucket, 120, NOW_MS)).toEqual({ day: '2026_01_13', isNew: true });
  const before = await objectsOf('2026_01_13');
  expect(putDemoDay(bucket, 120, NOW_MS)).toEqual({ day: '2026_01_13', isNew: false });
  // With windows of another length, and days later, it is still the same day.
  expect(putDemoDay(bucket, 900, NOW_MS + 3 * 86_400_000)).toEqual({ day: '2026_01_13', isNew: false });
  expect(await objectsOf('2026_01_13')).toEqual(before);
  expect(await objectsOf('2026_01_14')).toHaveLength(1);
  expect(await objectsOf('2026_01_12')).toEqual([]);
});

test('where every day of the last 30 has results there is no demo day', async () => {
  const full = await s3.newBucket();
  const bucket = s3.objects.bucket(full);
  for (let ago = 1; ago <= 30; ago += 1) {
    const day = new Date(NOW_MS - ago * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '_');
    bucket.put(`revenue_sum/dt=${day}/1.json`, Buffer.from('{"sales":1}'), {}, NOW_MS);
  }
  expect(putDemoDay(bucket, 120, NOW_MS)).toBeNull();
});

test('a demo day is made of window results that were written when their windows closed, with gaps at night', async () => {
  const objects = await objectsOf('2026_01_13');
  expect(objects.length).toBeGreaterThan(400);
  expect(objects.length).toBeLessThan(720);
  for (const { Key = '', Size = 0, LastModified } of objects) {
    const text = await (
      await s3.client.send(new GetObjectCommand({ Bucket, Key }))
    ).Body?.transformToString();
    const lastModifiedMs = LastModified?.getTime() ?? 0;
    const part = parsePart({ key: Key, size: Size, lastModifiedMs }, text ?? '', 120);
    expect(lastModifiedMs - part.window.endMs).toBe(1000);
    expect(part.recordCount).toBeGreaterThan(0);
  }
});
