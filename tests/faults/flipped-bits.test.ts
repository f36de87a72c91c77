import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openStreams } from '../../infra/local/kinesis/regional-streams.ts';
import { defineMapping } from '../../infra/local/lambda/event-source-mapping/mapping-definition.ts';
import { openMappingFiles } from '../../infra/local/lambda/event-source-mapping/mapping-files.ts';
import { LogStore } from '../../infra/local/logs/log-store.ts';

const COPIES = 200;
const NOON_MS = Date.UTC(2026, 0, 1, 12);
/** Nothing that sleeps by it wakes up. */
const clock = { now: () => NOON_MS, sleep: () => new Promise<void>(() => {}) };
const account = { accountId: '000000000000', region: 'us-east-1' };
const LOG_GROUP = '/aws/lambda/stream_record_processor';

/** Each met as often as any other, however many files it has. */
const KINDS = [
  /shardId-\d+\/\d+\.log$/,
  /stream\.json$/,
  /mapping\.json$/,
  /shards\.json$/,
  /shardId-\d+\.json$/,
  /\.ndjson$/,
  /group\.json$/,
];

let root: string;
let source: string;
/** Of the data folder, by kind: relative paths. */
let files: string[][];
let whole: DataFolder;
const said = vi.spyOn(console, 'warn');

/** All that the stores of a data folder answer. */
interface DataFolder {
  readonly records: readonly string[];
  readonly mappings: unknown;
  readonly checkpoints: unknown;
  readonly logs: readonly string[];
}

/** The stores as the runtime opens them, on files small enough that there are several of each kind. */
const streamsOf = (dataDir: string) => openStreams({ dataDir, clock, ...account, segmentBytes: 600 });
const logsOf = async (dataDir: string) => {
  const logs = new LogStore(path.join(dataDir, 'logs'), clock);
  await logs.open();
  return logs;
};
const mappingsOf = (dataDir: string) => openMappingFiles(path.join(dataDir, 'event-source-mappings'));

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'flipped-bits-'));
  source = path.join(root, 'source');
  const streams = await streamsOf(source);
  streams.home.ensure({ streamName: 'data_pipe', shardCount: 2 });
  const stream = streams.home.stream('data_pipe');
  for (let call = 0; call < 12; call += 1) {
    const entries = Array.from({ length: 1 + (call % 5) }, (_, n) => ({
      partitionKey: `${call}-${n}`,
      data: Buffer.from(`{"sales":${call * n}}`).toString('base64'),
      explicitHashKey: null,
    }));
    streams.home.put(stream, entries);
  }
  await streams.close();

  const mappings = mappingsOf(source);
  const FunctionArn = `arn:aws:lambda:us-east-1:000000000000:function:stream_record_processor`;
  const configuration = defineMapping(
    { FunctionArn, EventSourceArn: stream.arn, StartingPosition: 'TRIM_HORIZON' },
    'a-mapping',
    NOON_MS,
  );
  await mappings.saveMapping({ createdMs: NOON_MS, configuration, tags: {} });
  for (const shard of stream.shards) {
    const position = {
      type: 'AFTER_SEQUENCE_NUMBER',
      sequenceNumber: shard.startingSequenceNumber,
    } as const;
    const open = {
      startMs: NOON_MS,
      endMs: NOON_MS + 120_000,
      state: '{"sales":24651,"tot_record_count":93}',
      recordCount: 93,
      closing: null,
    };
    const progress = { position, windowPosition: position, open, lateRecords: 0, droppedRecords: 0 };
    await mappings.saveCheckpoint('a-mapping', shard.shardId, { windowSeconds: 120, ended: false, progress });
  }

  const logs = await logsOf(source);
  for (let n = 0; n < 20; n += 1) logs.append(LOG_GROUP, 'instance', NOON_MS + n, `START ${n}`);
  await logs.close();

  await rm(path.join(source, 'logs/aws~lambda~stream_record_processor/index.json')); // of no file yet
  const found = await readdir(source, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(source, path.join(entry.parentPath, entry.name)));
  files = KINDS.map((kind) => paths.filter((file) => kind.test(file)));
  expect(files.flat().sort()).toEqual(paths.sort());
  expect(files.map((ofKind) => ofKind.length)).toEqual([4, 1, 1, 1, 2, 1, 1]);
  whole = await read(source);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Opens every store and reads all of it. Rejects with what a store refuses. */
async function read(dataDir: string): Promise<DataFolder> {
  const streams = await streamsOf(dataDir);
  try {
    const records = streams.home.list().flatMap((stream) =>
      stream.shards.flatMap((shard) => {
        const limits = { maxRecords: 10_000, maxBytes: 10_000_000 };
        const page = shard.read({ type: 'AT_TIMESTAMP', timestampMs: 0 }, limits, NOON_MS);
        return page.records.map((record) => JSON.stringify([shard.shardId, record]));
      }),
    );
    const mappings = await mappingsOf(dataDir).mappings();
    const checkpoints = await mappingsOf(dataDir).checkpoints('a-mapping');
    const logs = await logsOf(dataDir);
    const events = await (await logs.group(LOG_GROUP))?.events(0, Number.POSITIVE_INFINITY, () => true);
    return { records, mappings, checkpoints, logs: (events ?? []).map((event) => JSON.stringify(event)) };
  } finally {
    await streams.close();
  }
}

test(`of ${COPIES} data folders with one bit that is another, each is refused by name or answers the same`, {
  timeout: 120_000,
}, async () => {
  const tally = { refused: 0, harmless: 0, passedOver: 0 };
  let copies = 0;
  const kind = fc.integer({ min: 0, max: files.length - 1 });
  await fc.assert(
    fc.asyncProperty(kind, fc.nat(), fc.nat(), async (kindIndex, fileIndex, bitIndex) => {
      copies += 1;
      const copy = path.join(root, `copy-${copies}`);
      await cp(source, copy, { recursive: true });
      const ofKind = files[kindIndex] ?? [];
      const file = path.join(copy, ofKind[fileIndex % ofKind.length] ?? '');
      const bytes = await readFile(file);
      const bit = bitIndex % (bytes.length * 8);
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await writeFile(file, flipped);

      said.mockReset().mockImplementation(() => {});
      const outcome = await read(copy).catch(asError);
      if (outcome instanceof Error) {
        expect(outcome.message).toContain(file);
        expect(outcome.message).toMatch(/Restore the file, or /);
        tally.refused += 1;
      } else if (said.mock.calls.length > 0) {
        // A line of a function's log, or two where the bit was of their end: all others are there.
        expect(String(said.mock.calls)).toContain(file);
        const { logs } = outcome;
        expect(outcome).toEqual({ ...whole, logs });
        expect(whole.logs.filter((event) => logs.includes(event))).toEqual(logs);
        expect(logs.length).toBeGreaterThanOrEqual(whole.logs.length - 2);
        tally.passedOver += 1;
      } else {
        expect(outcome).toEqual(whole);
        tally.harmless += 1;
      }

      // Nothing was cut off or cleared away: with the bit as it was, all is as it was.
      expect((await readFile(file)).equals(flipped)).toBe(true);
      await writeFile(file, bytes);
      expect(await read(copy)).toEqual(whole);
      await rm(copy, { recursive: true });
    }),
    { numRuns: COPIES },
  );
  console.info(`Flipped bits: ${JSON.stringify(tally)}`);
  expect(tally.refused).toBeGreaterThan(COPIES / 2);
});

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
