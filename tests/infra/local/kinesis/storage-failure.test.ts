import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR_MS } from '../../../../lib/core/window.ts';
import { type LocalKinesis, openKinesis, transitionMs } from './local-kinesis.ts';

/**
 * A folder that cannot be written, for any user: something else stands where the file would be. (Permissions do not hold
 * back root.) The full disk has its test among the faults, since it takes a process of its own.
 */
let kinesis: LocalKinesis;
beforeEach(async () => {
  kinesis = await openKinesis();
});
afterEach(() => kinesis.close());

const inStream = (...parts: string[]) => path.join(kinesis.folder, 'kinesis', ...parts);
const LAST_HASH_KEY = '340282366920938463463374607431768211455';
const low = { PartitionKey: 'low', ExplicitHashKey: '0', Data: 'bG93' };
const high = { PartitionKey: 'high', ExplicitHashKey: LAST_HASH_KEY, Data: 'aGlnaA==' };

async function call(operation: string, input: object) {
  const { status, body } = await kinesis.call(operation, input);
  return { status, answer: body === '' ? null : JSON.parse(body) };
}

async function keysIn(StreamName: string, ShardId: string): Promise<string[]> {
  const iterator = await call('GetShardIterator', { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
  const { answer } = await call('GetRecords', { ShardIterator: iterator.answer.ShardIterator });
  return answer.Records.map((record: { readonly PartitionKey: string }) => record.PartitionKey);
}

describe('a shard whose folder cannot be made', () => {
  test('fails a call that is all for it, with the cause and the way out, and takes the next when mended', async () => {
    const StreamName = await kinesis.newStream();
    const obstacle = inStream(StreamName, 'shardId-000000000000');
    await writeFile(obstacle, '');
    for (const [operation, input] of [
      ['PutRecord', low],
      ['PutRecords', { Records: [low, high] }],
    ] as const) {
      const { status, answer } = await call(operation, { StreamName, ...input });
      expect(status).toBe(500);
      expect(answer.__type).toBe('InternalFailure');
      expect(answer.message).toMatch(
        /^Could not create .*shardId-000000000000.*\. Free space on the disk or make the data folder writable, then try again\.$/,
      );
    }
    expect(await keysIn(StreamName, '0')).toEqual([]);
    await rm(obstacle);
    expect((await call('PutRecord', { StreamName, ...low })).status).toBe(200);
    await kinesis.reopen();
    expect(await keysIn(StreamName, '0')).toEqual(['low']);
  });

  test('fails only its own records of a call; the others are stored', async () => {
    const StreamName = await kinesis.newStream(2);
    const obstacle = inStream(StreamName, 'shardId-000000000001');
    await writeFile(obstacle, '');
    const { status, answer } = await call('PutRecords', { StreamName, Records: [high, low, high, low] });
    expect([status, answer.FailedRecordCount]).toEqual([200, 2]);
    const failed = {
      ErrorCode: 'InternalFailure',
      ErrorMessage: expect.stringContaining('Could not create'),
    };
    const stored = { ShardId: 'shardId-000000000000', SequenceNumber: expect.any(String) };
    expect(answer.Records).toEqual([failed, stored, failed, stored]);
    await rm(obstacle);
    expect((await call('PutRecords', { StreamName, Records: [high, high] })).answer.FailedRecordCount).toBe(
      0,
    );
    await kinesis.reopen();
    expect(await keysIn(StreamName, '0')).toEqual(['low', 'low']);
    expect(await keysIn(StreamName, '1')).toEqual(['high', 'high']);
  });
});

describe('a change of a stream that cannot be stored', () => {
  test('has not happened', async () => {
    const StreamName = await kinesis.newStream(2);
    await call('DescribeStream', { StreamName }); // its creation ends when somebody asks
    const obstacle = inStream(StreamName, 'stream.json.new');
    await mkdir(obstacle);
    const changes: [string, object][] = [
      ['IncreaseStreamRetentionPeriod', { RetentionPeriodHours: 48 }],
      ['AddTagsToStream', { Tags: { a: 'b' } }],
      ['SplitShard', { ShardToSplit: '0', NewStartingHashKey: '1000' }],
      ['MergeShards', { ShardToMerge: '0', AdjacentShardToMerge: '1' }],
      ['UpdateShardCount', { TargetShardCount: 4, ScalingType: 'UNIFORM_SCALING' }],
      ['DeleteStream', {}],
    ];
    for (const [operation, input] of changes) {
      const { status, answer } = await call(operation, { StreamName, ...input });
      expect([operation, status]).toEqual([operation, 500]);
      expect(answer.message).toMatch(/^Could not write .*stream\.json: EISDIR/);
    }
    const before = await call('DescribeStream', { StreamName });
    expect(before.answer.StreamDescription).toMatchObject({
      StreamStatus: 'ACTIVE',
      RetentionPeriodHours: 24,
      Shards: [{ ShardId: 'shardId-000000000000' }, { ShardId: 'shardId-000000000001' }],
    });
    await kinesis.reopen();
    expect(await call('DescribeStream', { StreamName })).toEqual(before);
    await rm(obstacle, { recursive: true, force: true });
    expect((await call('DeleteStream', { StreamName })).status).toBe(200);
    kinesis.turn(transitionMs);
    expect((await call('DescribeStream', { StreamName })).answer.__type).toBe('ResourceNotFoundException');
  });

  test('leaves no half of a new stream', async () => {
    await mkdir(inStream('new', 'stream.json.new'), { recursive: true });
    expect((await call('CreateStream', { StreamName: 'new', ShardCount: 1 })).status).toBe(500);
    expect((await call('DescribeStream', { StreamName: 'new' })).answer.__type).toBe(
      'ResourceNotFoundException',
    );
    await kinesis.reopen();
    expect(await readdir(inStream())).toEqual([]);
    expect((await call('CreateStream', { StreamName: 'new', ShardCount: 1 })).status).toBe(200);
  });
});

describe('a description that is not what was written', () => {
  test('stops the start, naming the file', async () => {
    const StreamName = await kinesis.newStream();
    const file = inStream(StreamName, 'stream.json');
    await writeFile(file, '{"version":1,');
    await expect(kinesis.reopen()).rejects.toThrow(`Could not read ${file}`);
  });

  test('because it is gone stops the start as well, and the records stay', async () => {
    const StreamName = await kinesis.newStream();
    await call('PutRecord', { StreamName, ...low });
    const file = inStream(StreamName, 'stream.json');
    await rename(file, `${file}.gone`);
    const words = `Could not read ${file}: the file is gone, and the stream's records are still there. Restore the file, or delete its folder`;
    for (let start = 0; start < 2; start += 1) await expect(kinesis.reopen()).rejects.toThrow(words);
    await rename(`${file}.gone`, file);
    await kinesis.reopen();
    expect(await keysIn(StreamName, '0')).toEqual(['low']);
  });

  test('but an older one, which does not know a shard, does not cost that shard', async () => {
    const StreamName = await kinesis.newStream();
    const file = inStream(StreamName, 'stream.json');
    const older = await readFile(file);
    await call('SplitShard', { StreamName, ShardToSplit: '0', NewStartingHashKey: '1000' });
    kinesis.turn(transitionMs);
    await call('PutRecord', { StreamName, ...low });
    const newer = await readFile(file);
    await writeFile(file, older);
    await expect(kinesis.reopen()).rejects.toThrow(
      `Could not open ${inStream(StreamName, 'shardId-000000000001')}: stream.json beside it is older than this shard`,
    );
    await writeFile(file, newer);
    await kinesis.reopen();
    expect(await keysIn(StreamName, '1')).toEqual(['low']);
  });

  test('of an older version, without a checksum, is read', async () => {
    const StreamName = await kinesis.newStream();
    await call('PutRecord', { StreamName, ...low });
    const file = inStream(StreamName, 'stream.json');
    const { checksum, ...metadata } = JSON.parse(await readFile(file, 'utf8'));
    expect(checksum).toMatch(/^[0-9a-f]{8}$/);
    await writeFile(file, JSON.stringify(metadata, null, 2));
    await kinesis.reopen();
    expect(await keysIn(StreamName, '0')).toEqual(['low']);
  });
});

describe('a log whose file is gone', () => {
  test('stops the start, naming the file, also the newest or the only one; going on without it issues no number again', async () => {
    const StreamName = await kinesis.newStream(2);
    const first = await call('PutRecord', { StreamName, ...low });
    await call('PutRecord', { StreamName, ...high });
    const folder = inStream(StreamName, 'shardId-000000000000');
    const file = path.join(folder, '0000000000000001.log');
    await rename(file, `${file}.gone`);
    const message = `Could not open ${file}: the file is gone, and the records in it with it. Restore the file, or go on without it: \`mkdir -p ${folder} && touch ${file} ${folder}/0000000010000001.log\``;
    for (let start = 0; start < 2; start += 1) await expect(kinesis.reopen()).rejects.toThrow(message);
    await rename(folder, `${folder}.gone`);
    await expect(kinesis.reopen()).rejects.toThrow(message);
    await rename(`${folder}.gone`, folder);
    for (const name of ['0000000000000001.log', '0000000010000001.log']) {
      await writeFile(path.join(folder, name), '');
    }
    await kinesis.reopen();
    const next = await call('PutRecord', { StreamName, ...low });
    expect(BigInt(next.answer.SequenceNumber)).toBeGreaterThan(BigInt(first.answer.SequenceNumber));
    await kinesis.reopen();
    expect(await keysIn(StreamName, '0')).toEqual(['low']);
    expect(await keysIn(StreamName, '1')).toEqual(['high']);
    expect(kinesis.streams().recovery.map(({ recordCount }) => recordCount)).toEqual([1, 1]);
  });

  test('because it is older than the retention stops nothing, nor do all', async () => {
    const StreamName = await kinesis.newStream();
    const first = await call('PutRecord', { StreamName, ...low });
    kinesis.turn(25 * HOUR_MS);
    await kinesis.reopen();
    expect(await keysIn(StreamName, '0')).toEqual([]);
    const next = await call('PutRecord', { StreamName, ...low });
    expect(BigInt(next.answer.SequenceNumber)).toBeGreaterThan(BigInt(first.answer.SequenceNumber));
    await kinesis.reopen();
    expect(await keysIn(StreamName, '0')).toEqual(['low']);
  });
});

test('a stream that is made again at once, under its name, issues no number that the deleted one has', async () => {
  const StreamName = 'again';
  const numbers: bigint[] = [];
  for (let life = 0; life < 3; life += 1) {
    await call('CreateStream', { StreamName, ShardCount: 1 });
    kinesis.turn(transitionMs);
    const { answer } = await call('PutRecord', { StreamName, ...low });
    numbers.push(BigInt(answer.SequenceNumber));
    await call('DeleteStream', { StreamName });
    kinesis.turn(transitionMs);
  }
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => (a < b ? -1 : 1)));
});

test('what is not a folder is no stream, and stays', async () => {
  await writeFile(inStream('.DS_Store'), '');
  await kinesis.reopen();
  expect(await readdir(inStream())).toEqual(['.DS_Store']);
});

test('a description that is deleted under the runtime is there again with the next record', async () => {
  const StreamName = await kinesis.newStream();
  const file = inStream(StreamName, 'stream.json');
  await call('PutRecord', { StreamName, ...low });
  const text = await readFile(file, 'utf8');
  await rm(file);
  expect((await call('PutRecord', { StreamName, ...low })).status).toBe(200);
  expect(await readFile(file, 'utf8')).toBe(text);
  await kinesis.reopen();
  expect(await keysIn(StreamName, '0')).toEqual(['low', 'low']);
});

test('a data folder that is deleted under the runtime takes nothing that it would lose', async () => {
  const StreamName = await kinesis.newStream(2);
  await call('PutRecord', { StreamName, ...low }); // one shard has a file, the other none yet
  await rm(kinesis.folder, { recursive: true });
  const changes: [string, object][] = [
    ['PutRecord', { StreamName, ...low }],
    ['PutRecord', { StreamName, ...high }],
    ['PutRecords', { StreamName, Records: [low] }],
    ['AddTagsToStream', { StreamName, Tags: { a: 'b' } }],
    ['CreateStream', { StreamName: 'new', ShardCount: 1 }],
    ['DeleteStream', { StreamName }],
  ];
  for (const [operation, input] of changes) {
    const { status, answer } = await call(operation, input);
    expect([operation, status]).toEqual([operation, 500]);
    expect(answer.message).toMatch(/ENOENT.*It was deleted or moved while the runtime was running/);
  }
});
