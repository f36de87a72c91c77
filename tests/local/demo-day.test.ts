import { type _Object, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putDemoDay } from '../../infra/local/demo-day.ts';
import { parsePart } from '../../lib/core/window-part.ts';
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

test('a demo day fills yesterday, then the newest day that has nothing, and never one that has', async () => {
  const bucket = s3.objects.bucket(Bucket);
  expect(putDemoDay(bucket, 120, NOW_MS)).toBe('2026_01_14');
  const before = await objectsOf('2026_01_14');
  expect(putDemoDay(bucket, 120, NOW_MS)).toBe('2026_01_13');
  expect(await objectsOf('2026_01_14')).toEqual(before);
});

test('a demo day is made of window results that were written when their windows closed, with gaps at night', async () => {
  const objects = await objectsOf('2026_01_14');
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
