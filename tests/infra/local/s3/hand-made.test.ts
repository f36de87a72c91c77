import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../infra/local/clock.ts';
import type { Bucket } from '../../../../infra/local/s3/storage/bucket.ts';
import { pathOfKey } from '../../../../infra/local/s3/storage/key-path.ts';
import { ObjectStore } from '../../../../infra/local/s3/storage/object-store.ts';

let dataDir: string;
let made = 0;
let name: string;
let store: ObjectStore;
const open = () => new ObjectStore({ dataDir, clock: systemClock, region: 'us-east-1' });
const fileOf = (key: string) => path.join(dataDir, 's3', name, pathOfKey(key));
const listed = (bucket: Bucket, prefix = '') =>
  bucket.list({ prefix, delimiter: '', after: '', maxKeys: 1000 }).entries.map((entry) => entry.name);

beforeAll(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'hand-'));
  store = open();
});
afterAll(() => rmSync(dataDir, { recursive: true }));
beforeEach(() => {
  made += 1;
  name = `bucket-${made}`;
  store.create(name);
});

function putByHand(key: string, text = '{}'): void {
  mkdirSync(path.dirname(fileOf(key)), { recursive: true });
  writeFileSync(fileOf(key), text);
}

describe('a listing', () => {
  test('has what a person puts and removes, while the runtime runs and while it does not', () => {
    const bucket = store.bucket(name);
    for (const key of ['dt=1/a.json', 'dt=1/b.json', 'dt=2/c.json']) bucket.put(key, Buffer.from(key), {}, 1);
    expect(listed(bucket)).toEqual(['dt=1/a.json', 'dt=1/b.json', 'dt=2/c.json']);
    putByHand('dt=1/aa.json');
    putByHand('dt=3/d.json');
    rmSync(path.dirname(fileOf('dt=2/c.json')), { recursive: true });
    const expected = ['dt=1/a.json', 'dt=1/aa.json', 'dt=1/b.json', 'dt=3/d.json'];
    expect(listed(bucket)).toEqual(expected);
    expect(listed(open().bucket(name))).toEqual(expected);
    rmSync(fileOf('dt=1/a.json'));
    expect(listed(open().bucket(name))).toEqual(expected.slice(1));
    expect(bucket.head('dt=1/a.json')).toBeNull();
  });

  test('follows any puts, deletes and changes by hand, through folders that come and go', () => {
    const key = fc
      .array(fc.constantFrom('a', 'b', '/', '.j', 'x'.repeat(150)), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(''));
    const step = fc.tuple(fc.constantFrom('put', 'delete', 'by hand', 'removed', 'list'), key);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        made += 1;
        name = `bucket-${made}`;
        store.create(name);
        const bucket = store.bucket(name);
        const expected = new Set<string>();
        const inOrder = () => [...expected].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        for (const [kind, each] of steps) {
          if (kind === 'put') bucket.put(each, Buffer.from(each), {}, 1);
          if (kind === 'by hand') putByHand(each);
          if (kind === 'put' || kind === 'by hand') expected.add(each);
          if (kind === 'delete') store.deleteObject(name, each);
          if (kind === 'removed') rmSync(fileOf(each), { force: true });
          if (kind === 'delete' || kind === 'removed') expected.delete(each);
          if (kind === 'list') expect(listed(bucket)).toEqual(inOrder());
        }
        expect(listed(bucket)).toEqual(inOrder());
        expect(bucket.list({ prefix: '', delimiter: '/', after: '', maxKeys: 1000 }).entries).toEqual(
          open().bucket(name).list({ prefix: '', delimiter: '/', after: '', maxKeys: 1000 }).entries,
        );
      }),
      { numRuns: 150 },
    );
  });
});

describe('a file without metadata', () => {
  test('is an object, and may be edited into another, even one as long', () => {
    putByHand('note.json', '{"a":1}');
    const bucket = store.bucket(name);
    expect(bucket.head('note.json')?.headers).toEqual({ 'content-type': 'application/json' });
    putByHand('note.json', '{"a":2}');
    expect(bucket.read('note.json').toString()).toBe('{"a":2}');
    expect(open().bucket(name).read('note.json').toString()).toBe('{"a":2}');
  });

  test('may come in the place of an object that was deleted', () => {
    const bucket = store.bucket(name);
    bucket.put('key.json', Buffer.from('{"a":1}'), { 'x-amz-meta-n': '1' }, 1);
    store.deleteObject(name, 'key.json');
    putByHand('key.json', '{"a":2}');
    for (const each of [bucket, open().bucket(name)]) {
      expect(each.read('key.json').toString()).toBe('{"a":2}');
      expect(each.head('key.json')?.headers).toEqual({ 'content-type': 'application/json' });
    }
  });

  test('keeps the tags that it is given', () => {
    putByHand('note.json');
    store.bucket(name).describe('note.json', 'x-amz-tagging', 'a=1');
    expect(open().bucket(name).head('note.json')?.headers['x-amz-tagging']).toBe('a=1');
  });
});

test('what an older version kept of a bucket is kept', () => {
  const metadata = path.join(dataDir, 's3/.metadata');
  store.bucket(name).put('a/one', Buffer.from('one'), { 'x-amz-meta-n': '1' }, 1);
  store.bucket(name).put('two', Buffer.from('two'), { 'x-amz-meta-n': '2' }, 2);
  const lines = ['a/one', 'two'].map((key) => {
    const { crc32: _crc32, ...object } = { crc32: 0, ...store.bucket(name).head(key) };
    return `\n${JSON.stringify({ key, ...object })}`;
  });
  for (const newer of ['.journals', '.marks']) {
    rmSync(path.join(dataDir, 's3', newer, name), { recursive: true });
  }
  mkdirSync(metadata);
  writeFileSync(path.join(metadata, `${name}.ndjson`), lines.join(''));
  writeFileSync(path.join(metadata, `${name}.location`), 'EU');
  writeFileSync(path.join(metadata, `${name}.tags`), 'a=1');
  const later = open();
  expect(later.bucket(name).head('a/one')?.headers).toEqual({ 'x-amz-meta-n': '1' });
  expect([later.location(name), later.tags(name)]).toEqual(['EU', 'a=1']);
  later.setTags(name, 'b=2');
  expect([open().location(name), open().tags(name)]).toEqual(['EU', 'b=2']);
  expect(open().bucket(name).head('two')?.headers).toEqual({ 'x-amz-meta-n': '2' });
  expect(open().bucket(name).read('two').toString()).toBe('two');
});

test('a bucket whose name is another’s with an ending is a bucket of its own', () => {
  const endings = ['', '.tags', '.location', '.ndjson', '.journals'];
  for (const ending of endings.slice(1)) store.create(name + ending, 'eu-west-1', `ending=${ending}`);
  for (const ending of endings) store.putObject(name + ending, 'key', ending, 'text/plain');
  store.deleteObject(name, 'key');
  store.remove(name);
  for (const ending of endings.slice(1)) {
    expect(open().tags(name + ending)).toBe(`ending=${ending}`);
    expect(
      open()
        .bucket(name + ending)
        .read('key')
        .toString(),
    ).toBe(ending);
  }
});
