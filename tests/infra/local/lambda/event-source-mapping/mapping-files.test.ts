import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  parseCheckpoint,
  serializeCheckpoint,
} from '../../../../../infra/local/lambda/event-source-mapping/checkpoint-text.ts';
import { defineMapping } from '../../../../../infra/local/lambda/event-source-mapping/mapping-definition.ts';
import { openMappingFiles } from '../../../../../infra/local/lambda/event-source-mapping/mapping-files.ts';
import type { Checkpoint } from '../../../../../infra/local/lambda/event-source-mapping/mapping-store.ts';
import { FUNCTION_ARN, NOON_MS, STREAM_ARN } from './virtual-mapping.ts';

const checkpoint: Checkpoint = {
  windowSeconds: 10,
  ended: false,
  progress: {
    position: { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: '49590338271490256608559692538361571' },
    windowPosition: { type: 'AT_TIMESTAMP', timestampMs: NOON_MS + 0.5 },
    open: {
      startMs: NOON_MS,
      endMs: NOON_MS + 10_000,
      state: '{"letters":"ab","deep":[1,null,{"ü":true}]}',
      recordCount: 2,
      closing: null,
    },
    lateRecords: 1,
    droppedRecords: 3,
  },
};

const mapping = (uuid: string, createdMs: number) => ({
  createdMs,
  tags: { team: 'sales' },
  configuration: defineMapping(
    { FunctionArn: FUNCTION_ARN, EventSourceArn: STREAM_ARN, StartingPosition: 'TRIM_HORIZON' },
    uuid,
    createdMs,
  ),
});

describe('a checkpoint as text', () => {
  test('is JSON that a person can read: position, window and state in one value', () => {
    expect(JSON.parse(serializeCheckpoint(checkpoint))).toEqual({
      ended: false,
      position: checkpoint.progress.position,
      windowSeconds: 10,
      windowPosition: checkpoint.progress.windowPosition,
      lateRecords: 1,
      droppedRecords: 3,
      window: {
        start: '2026-01-01T12:00:00Z',
        end: '2026-01-01T12:00:10Z',
        recordCount: 2,
        closing: null,
      },
      state: { letters: 'ab', deep: [1, null, { ü: true }] },
    });
  });

  test('comes back as it was', () => {
    const position = fc.oneof(
      fc.constant({ type: 'TRIM_HORIZON' as const }),
      fc.constant({ type: 'LATEST' as const }),
      fc.record({ type: fc.constant('AT_TIMESTAMP' as const), timestampMs: fc.integer({ min: 0 }) }),
      fc.record({
        type: fc.constant('AFTER_SEQUENCE_NUMBER' as const),
        sequenceNumber: fc.bigInt({ min: 0n, max: 10n ** 60n }).map(String),
      }),
    );
    const open = fc
      .record({
        start: fc.integer({ min: 0, max: 4_000_000_000 }),
        seconds: fc.integer({ min: 1, max: 900 }),
        state: fc.dictionary(fc.string(), fc.jsonValue()).map((state) => JSON.stringify(state)),
        recordCount: fc.nat(),
        closing: fc.constantFrom(null, 'over' as const, 'early' as const),
      })
      .map(({ start, seconds, ...rest }) => ({
        startMs: start * 1000,
        endMs: (start + seconds) * 1000,
        ...rest,
        state: JSON.stringify(JSON.parse(rest.state)),
      }));
    fc.assert(
      fc.property(
        fc.record({
          windowSeconds: fc.integer({ min: 0, max: 900 }),
          ended: fc.boolean(),
          progress: fc.record({
            position,
            windowPosition: position,
            open: fc.option(open),
            lateRecords: fc.nat(),
            droppedRecords: fc.nat(),
          }),
        }),
        (value) => {
          expect(parseCheckpoint(serializeCheckpoint(value))).toEqual(value);
        },
      ),
    );
  });

  test.each([
    ['nothing', ''],
    ['half of it', serializeCheckpoint(checkpoint).slice(0, 100)],
    ['a list', '[]'],
    ['no position', serializeCheckpoint(checkpoint).replace('"position"', '"place"')],
    ['a position of another kind', serializeCheckpoint(checkpoint).replace('AFTER_SEQUENCE', 'AT_SEQUENCE')],
    ['a sequence number that is none', serializeCheckpoint(checkpoint).replace('"49590', '"x')],
    [
      'a window that ends before it starts',
      serializeCheckpoint(checkpoint).replace('12:00:10Z', '11:00:10Z'),
    ],
    [
      'a state that is no object',
      serializeCheckpoint({
        ...checkpoint,
        progress: {
          ...checkpoint.progress,
          open: checkpoint.progress.open && { ...checkpoint.progress.open, state: '[]' },
        },
      }),
    ],
    [
      'a count that is negative',
      serializeCheckpoint(checkpoint).replace('"lateRecords":1', '"lateRecords":-1'),
    ],
  ])('is refused with %s', (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow();
  });
});

describe('the files of the mappings', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mapping-files-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('are read back in the order of the mappings’ creation', async () => {
    const store = openMappingFiles(folder);
    expect(await store.mappings()).toEqual([]);
    await store.saveMapping(mapping('b', 2));
    await store.saveMapping(mapping('a', 3));
    await store.saveMapping(mapping('c', 1));
    expect(
      (await openMappingFiles(folder).mappings()).map(({ configuration }) => configuration.UUID),
    ).toEqual(['c', 'b', 'a']);
  });

  test('keep each shard’s checkpoint, the last one saved', async () => {
    const store = openMappingFiles(folder);
    await store.saveMapping(mapping('a', 1));
    await store.saveCheckpoint('a', 'shardId-000000000000', { ...checkpoint, ended: true });
    await store.saveCheckpoint('a', 'shardId-000000000000', checkpoint);
    await store.saveCheckpoint('a', 'shardId-000000000001', { ...checkpoint, ended: true });
    await store.removeCheckpoint('a', 'shardId-000000000001');
    expect([...(await openMappingFiles(folder).checkpoints('a'))]).toEqual([
      ['shardId-000000000000', checkpoint],
    ]);
  });

  test('a write that was cut off leaves the checkpoint of before', async () => {
    const store = openMappingFiles(folder);
    await store.saveMapping(mapping('a', 1));
    await store.saveCheckpoint('a', 'shardId-000000000000', checkpoint);
    await writeFile(path.join(folder, 'a', 'shardId-000000000000.json.new'), '{"ended":fal');
    await writeFile(path.join(folder, 'a', 'mapping.json.new'), '{"created');
    expect(await openMappingFiles(folder).mappings()).toEqual([mapping('a', 1)]);
    expect([...(await openMappingFiles(folder).checkpoints('a'))]).toEqual([
      ['shardId-000000000000', checkpoint],
    ]);
  });

  test('a deletion that was cut off is finished by the next start', async () => {
    const store = openMappingFiles(folder);
    await store.saveMapping(mapping('a', 1));
    await store.saveCheckpoint('a', 'shardId-000000000000', checkpoint);
    await rename(path.join(folder, 'a'), path.join(folder, '~deleted-a')); // its first step
    expect(await openMappingFiles(folder).mappings()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  test('a creation that was cut off is undone by the next start', async () => {
    const store = openMappingFiles(folder);
    await store.saveCheckpoint('a', 'shardId-000000000000', checkpoint);
    await mkdir(path.join(folder, 'b'));
    await writeFile(path.join(folder, 'b', 'mapping.json.new'), '{"created');
    expect(await openMappingFiles(folder).mappings()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  test('checkpoints whose mapping is gone are refused, and stay', async () => {
    const store = openMappingFiles(folder);
    await store.saveCheckpoint('a', 'shardId-000000000000', checkpoint);
    await store.saveMapping(mapping('a', 1));
    const file = path.join(folder, 'a', 'mapping.json');
    await rm(file);
    await expect(store.mappings()).rejects.toThrow(
      `Expected ${file} to be readable, got: ENOENT: no such file or directory, open '${file}'. Restore the file, or delete it and its folder:`,
    );
    expect([...(await openMappingFiles(folder).checkpoints('a'))]).toEqual([
      ['shardId-000000000000', checkpoint],
    ]);
  });

  test('a checkpoint that is gone is missed; one that was emptied is given up', async () => {
    const store = openMappingFiles(folder);
    await store.saveMapping(mapping('a', 1));
    const [first, second] = ['shardId-000000000000', 'shardId-000000000001'];
    await Promise.all([first, second].map((shardId) => store.saveCheckpoint('a', shardId, checkpoint)));
    const file = path.join(folder, 'a', `${first}.json`);
    await rm(file);
    await expect(openMappingFiles(folder).checkpoints('a')).rejects.toThrow(
      `Expected ${file} to be readable, got: ENOENT: no such file or directory, open '${file}'. Restore the file, or empty it (\`truncate -s 0 ${file}\`): without its checkpoint`,
    );
    await writeFile(file, '');
    const reopened = openMappingFiles(folder);
    expect([...(await reopened.checkpoints('a'))]).toEqual([[second, checkpoint]]);
    await reopened.saveCheckpoint('a', first, checkpoint);
    await reopened.removeCheckpoint('a', second);
    expect([...(await openMappingFiles(folder).checkpoints('a'))]).toEqual([[first, checkpoint]]);
  });

  test('those without a checksum, of an older version, are read as well', async () => {
    const store = openMappingFiles(folder);
    await store.saveMapping(mapping('a', 1));
    await store.saveCheckpoint('a', 'shardId-000000000000', checkpoint);
    await writeFile(path.join(folder, 'a', 'mapping.json'), `${JSON.stringify(mapping('a', 1), null, 2)}\n`);
    await writeFile(path.join(folder, 'a', 'shardId-000000000000.json'), serializeCheckpoint(checkpoint));
    expect(await store.mappings()).toEqual([mapping('a', 1)]);
    expect([...(await store.checkpoints('a'))]).toEqual([['shardId-000000000000', checkpoint]]);
  });

  test('a removed mapping leaves nothing', async () => {
    const store = openMappingFiles(folder);
    await store.saveMapping(mapping('a', 1));
    await store.saveCheckpoint('a', 'shardId-000000000000', checkpoint);
    await store.removeMapping('a');
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['mapping.json', '{"createdMs":1}'],
    ['shardId-000000000000.json', '{"ended":false}'],
  ])('a damaged %s is named, with what to do', async (name, text) => {
    await mkdir(path.join(folder, 'a'));
    const file = path.join(folder, 'a', name);
    await writeFile(file, text);
    const store = openMappingFiles(folder);
    const read = name === 'mapping.json' ? store.mappings() : store.checkpoints('a');
    await expect(read).rejects.toMatchObject({ name: 'UnreadableFileError', file });
    await expect(name === 'mapping.json' ? store.mappings() : store.checkpoints('a')).rejects.toThrow(
      `Expected ${file} to be readable, got: expected`,
    );
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});
