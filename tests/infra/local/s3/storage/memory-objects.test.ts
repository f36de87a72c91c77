import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { MemoryObjects } from '../../../../../infra/local/s3/storage/memory-objects.ts';
import type { Objects } from '../../../../../infra/local/s3/storage/object-buckets.ts';
import { ObjectStore } from '../../../../../infra/local/s3/storage/object-store.ts';

const clock = { now: () => Date.UTC(2026, 0, 1), sleep: async () => {} };
const folder = mkdtempSync(path.join(tmpdir(), 'memory-objects-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = fc.stringMatching(/^[ab/é😀]{1,5}$/u);
const request = fc.record({
  prefix: fc.oneof(fc.constant(''), key),
  delimiter: fc.constantFrom('', '/', 'b'),
  after: fc.oneof(fc.constant(''), key),
  maxKeys: fc.integer({ min: 0, max: 4 }),
});
const change = fc.tuple(key, fc.option(fc.string(), { nil: null }));

test('objects in memory are those on the disk: the same heads, bytes and pages', () => {
  let runs = 0;
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 12 }),
      fc.array(request, { maxLength: 8 }),
      (changes, requests) => {
        const dataDir = path.join(folder, String(++runs));
        const both: readonly [Objects, Objects] = [
          new ObjectStore({ dataDir, clock, region: 'us-east-1' }),
          new MemoryObjects({ clock, region: 'us-east-1' }),
        ];
        const answers = both.map((objects) => {
          objects.create('bucket');
          const bucket = objects.bucket('bucket');
          for (const [name, body] of changes) {
            if (body === null) objects.deleteObject('bucket', name);
            else objects.putObject('bucket', name, body, 'text/plain');
          }
          const seen = changes.map(([name]) => {
            const { etag, headers, lastModifiedMs, size } = bucket.head(name) ?? {};
            const bytes = bucket.exists(name) ? bucket.read(name).toString('base64') : null;
            return { bytes, etag, headers, lastModifiedMs, size };
          });
          const { tags, location } = { tags: objects.tags('bucket'), location: objects.location('bucket') };
          return {
            seen,
            tags,
            location,
            pages: requests.map((each) => bucket.list(each)),
            first: bucket.firstKey('a'),
          };
        });
        expect(answers[1]).toEqual(answers[0]);
      },
    ),
    { numRuns: 60 },
  );
});
