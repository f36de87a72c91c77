import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { appendFile, copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StorageError } from '../../../../../infra/local/kinesis/kinesis-error.ts';
import type { FileLedger } from '../../../../../infra/local/kinesis/log/log-files.ts';
import { logFileName } from '../../../../../infra/local/kinesis/log/missing-records.ts';
import type { LogRecord } from '../../../../../infra/local/kinesis/log/record-frame.ts';
import { ShardLog } from '../../../../../infra/local/kinesis/log/shard-log.ts';
import { startMs, temporaryFolder } from '../local-kinesis.ts';

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
});
afterEach(() => remove());

const noLimit = { maxRecords: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY };

function everything(log: ShardLog, from = 1): LogRecord[] {
  return log.read(from, noLimit).batches.flatMap(({ records }) => records);
}

const record = (data: string, partitionKey = 'a'): LogRecord => ({
  partitionKey,
  data: Buffer.from(data).toString('base64'),
});

const records = fc.array(
  fc.record({
    partitionKey: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    data: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  }),
  { minLength: 1, maxLength: 6 },
);

/** `frame 1 │ frame 2 │ … ` as one file, and how long it was after each append. */
async function written(): Promise<{
  file: string;
  bytes: Buffer;
  ends: { size: number; records: number }[];
}> {
  const source = path.join(folder, 'source');
  const log = new ShardLog(source);
  const file = path.join(source, '0000000000000001.log');
  const ends = [{ size: 0, records: 0 }];
  for (const batch of [[record('one')], [record('two'), record('', 'ключ')], [record('four', '🔥')]]) {
    log.append(batch, startMs);
    ends.push({ size: (await readFile(file)).length, records: log.nextIndex - 1 });
  }
  log.close();
  return { file, bytes: await readFile(file), ends };
}

const all = [record('one'), record('two'), record('', 'ключ'), record('four', '🔥')];

describe('a log that a crash has cut', () => {
  test('at any byte has exactly the records whose append had ended, and goes on after them', async () => {
    const { file, bytes, ends } = await written();
    const copy = path.join(folder, 'copy');
    await mkdir(copy);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const target = path.join(copy, path.basename(file));
      await writeFile(target, bytes.subarray(0, cut));
      const whole = ends.findLast(({ size }) => size <= cut) ?? { size: 0, records: 0 };
      const log = new ShardLog(copy);
      expect(log.cutBytes).toBe(cut - whole.size);
      expect(log.nextIndex).toBe(whole.records + 1);
      expect(everything(log)).toEqual(all.slice(0, whole.records));
      log.append([record('next')], startMs + 1);
      log.close();
      expect(everything(new ShardLog(copy))).toEqual([...all.slice(0, whole.records), record('next')]);
    }
  });

  test('and left any bytes behind has the records before them', async () => {
    const { file } = await written();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (garbage) => {
        const copy = path.join(folder, 'garbage');
        await mkdir(copy, { recursive: true });
        const target = path.join(copy, path.basename(file));
        await copyFile(file, target);
        await appendFile(target, garbage);
        const log = new ShardLog(copy);
        expect(log.cutBytes).toBe(garbage.length);
        expect(everything(log)).toEqual(all);
      }),
      { numRuns: 50 },
    );
  });

  test('and left zeros behind, as a file system may, has the records before them', async () => {
    const { file, bytes } = await written();
    await truncate(file, bytes.length + 100_000);
    const log = new ShardLog(path.dirname(file));
    expect(log.cutBytes).toBe(100_000);
    expect(everything(log)).toEqual(all);
  });

  test('right after it began a new file goes on in it', async () => {
    const log = new ShardLog(folder, 1);
    log.append([record('one')], startMs);
    log.close();
    await writeFile(path.join(folder, '0000000000000002.log'), '');
    const reopened = new ShardLog(folder, 1);
    expect([reopened.nextIndex, reopened.cutBytes]).toEqual([2, 0]);
    reopened.append([record('two')], startMs - 1000);
    expect(everything(reopened)).toEqual([record('one'), record('two')]);
    expect(await readdir(folder)).toHaveLength(2);
  });
});

test('what a crash has torn is cut off, and kept beside the file', async () => {
  const { file, bytes, ends } = await written();
  const torn = bytes.subarray(ends[2]?.size, -3);
  await truncate(file, bytes.length - 3);
  new ShardLog(path.dirname(file)).close();
  expect(await readFile(`${file}.torn`)).toEqual(torn);
});

describe('a log with one bit that is another', () => {
  function eachFlip(file: string, bytes: Buffer, stepBits: number, visit: (bit: number) => void): void {
    for (let bit = 0; bit < bytes.length * 8; bit += stepBits) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(file, flipped);
      visit(bit);
      expect(readFileSync(file).equals(flipped)).toBe(true);
    }
    writeFileSync(file, bytes);
  }

  test('in its newest file is refused, naming file and place; nothing of it is cut off', async () => {
    const { file, bytes, ends } = await written();
    eachFlip(file, bytes, 3, (bit) => {
      const at = ends.findLast(({ size }) => size <= bit >> 3)?.size ?? 0;
      expect(() => new ShardLog(path.dirname(file))).toThrow(
        `Could not read ${file}: the frame at byte ${at} is damaged. Restore the file, or stop the runtime, keep a copy of the file, and cut it there with \`truncate -s ${at} ${file}\``,
      );
    });
    expect(everything(new ShardLog(path.dirname(file)))).toEqual(all);
  });

  test('in an older file is an error to whoever reads so far, never a gap or a wrong record', async () => {
    const { file, bytes, ends } = await written();
    await writeFile(path.join(path.dirname(file), '0000000000000005.log'), '');
    eachFlip(file, bytes, 7, (bit) => {
      const reading = (from: number) => {
        const log = new ShardLog(path.dirname(file));
        log.indexAtTime(startMs);
        return everything(log, from);
      };
      expect(() => reading(1)).toThrow(StorageError);
      const damaged = ends.findLastIndex(({ size }) => size <= bit >> 3);
      expect(() => reading((ends[damaged]?.records ?? 0) + 1)).toThrow(/the frame at byte \d+ is damaged/);
    });
  });

  test('behind which a crash has torn an append, too, is refused', async () => {
    const { file, bytes, ends } = await written();
    const at = (ends[1]?.size ?? 0) + 50;
    const damaged = bytes.subarray(0, -3);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    await writeFile(file, damaged);
    expect(() => new ShardLog(path.dirname(file))).toThrow(`the frame at byte ${ends[1]?.size} is damaged`);
  });
});

test('a log whose files are deleted while it is open takes nothing that it would lose', async () => {
  const log = new ShardLog(path.join(folder, 'log'));
  log.append([record('one')], startMs);
  await rm(path.join(folder, 'log'), { recursive: true });
  expect(() => log.append([record('two')], startMs)).toThrow(
    /^Could not append to .*0000000000000001\.log: ENOENT.*It was deleted or moved while the runtime was running: put it back, or restart the runtime\.$/,
  );
  await mkdir(path.join(folder, 'log'));
  await writeFile(path.join(folder, 'log', '0000000000000001.log'), '');
  expect(() => log.append([record('two')], startMs)).toThrow(
    /another file is in its place\. .*restart the runtime/,
  );
});

test('a log that somebody else appends to takes nothing, and takes nothing away', async () => {
  const log = new ShardLog(folder);
  log.append([record('one')], startMs);
  const other = new ShardLog(folder);
  other.append([record('two')], startMs);
  for (let put = 0; put < 2; put += 1) {
    expect(() => log.append([record('three')], startMs)).toThrow(
      /it has \d+ bytes and should have \d+: somebody else writes in the data folder\./,
    );
  }
  other.append([record('four')], startMs);
  expect(everything(new ShardLog(folder))).toEqual([record('one'), record('two'), record('four')]);
});

test('a byte that was changed on the disk is an error to its reader, not a wrong record', async () => {
  const { file, bytes, ends } = await written();
  const log = new ShardLog(path.dirname(file));
  const damaged = Buffer.from(bytes);
  const at = (ends[1]?.size ?? 0) + 50; // within the second frame
  damaged[at] = (damaged[at] ?? 0) ^ 1;
  await writeFile(file, damaged);
  expect(() => everything(log)).toThrow(StorageError);
  expect(() => everything(log)).toThrow(/the frame at byte \d+ is damaged\. Restore the file/);
  expect(log.read(1, { maxRecords: 1, maxBytes: 1 }).batches[0]?.records).toEqual([record('one')]);
});

/** What a stream's description keeps of a log, outside of it. */
function ledger(): FileLedger {
  let noted: readonly number[] | null = null;
  return {
    get noted() {
      return noted;
    },
    note: (files) => {
      noted = files;
    },
  };
}

/** What a person does who does what the message says. */
function obey(message: string): void {
  const command = /`([^`]*touch [^`]*)`/.exec(message)?.[1];
  if (command === undefined) throw new Error(`Expected a command in: ${message}`);
  execFileSync('sh', ['-c', command]);
}

describe('a log whose files are deleted while it is closed', () => {
  test('misses any of them by name, misses none that it trimmed, and never issues a number again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(records, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 400 }),
        fc.nat({ max: 7 }),
        fc.infiniteStream(fc.boolean()),
        async (batches, segmentBytes, trimmed, isDeleted) => {
          await rm(folder, { recursive: true, force: true });
          const noted = ledger();
          const log = new ShardLog(folder, segmentBytes, noted);
          for (const [at, batch] of batches.entries()) log.append(batch, startMs + at);
          log.trim(startMs + Math.min(trimmed, batches.length - 1));
          const issued = log.nextIndex - 1;
          const before = log.read(1, noLimit).batches;
          log.close();
          const files = await readdir(folder);
          expect(files).toEqual(noted.noted?.map(logFileName));
          new ShardLog(folder, segmentBytes, noted).close();

          const deleted = files.filter(() => isDeleted.next().value === true);
          fc.pre(deleted.length > 0);
          for (const file of deleted) await rm(path.join(folder, file));
          if (deleted.length === files.length) await rm(folder, { recursive: true });
          const message = refusal(() => new ShardLog(folder, segmentBytes, noted));
          expect(message).toContain(
            `Could not open ${path.join(folder, deleted[0] ?? '')}: the file is gone`,
          );

          obey(message);
          const reopened = new ShardLog(folder, segmentBytes, noted);
          expect(reopened.nextIndex).toBeGreaterThan(issued);
          const left = before.filter(({ firstIndex }) => {
            const file = files.findLast((name) => Number.parseInt(name, 10) <= firstIndex);
            return file !== undefined && !deleted.includes(file);
          });
          reopened.trim(startMs + Math.min(trimmed, batches.length - 1));
          expect(reopened.read(1, noLimit).batches).toEqual(left);
          expect(reopened.recordCount).toBe(left.reduce((sum, batch) => sum + batch.records.length, 0));
          reopened.append([record('next')], startMs + 100);
          reopened.close();
          expect(everything(new ShardLog(folder, segmentBytes, noted)).at(-1)).toEqual(record('next'));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('in an order in which a disk refuses to remove the oldest misses none', async () => {
    const noted = ledger();
    const log = new ShardLog(folder, 1, noted);
    for (let at = 0; at < 4; at += 1) log.append([record(`${at}`)], startMs + at);
    const oldest = path.join(folder, logFileName(1));
    const bytes = await readFile(oldest);
    log.trim(startMs + 2);
    log.close();
    await writeFile(oldest, bytes); // as if it were still there
    const reopened = new ShardLog(folder, 1, noted);
    reopened.trim(startMs + 2);
    expect(everything(reopened)).toEqual([record('2'), record('3')]);
    expect(await readdir(folder)).toEqual([3, 4].map(logFileName));
  });

  test('trims on a disk that takes no note of it, and misses none after that', async () => {
    const noted = ledger();
    let isFull = false;
    const full: FileLedger = {
      get noted() {
        return noted.noted;
      },
      note: (files) => {
        if (isFull) throw new StorageError('write', 'stream.json', new Error('ENOSPC'));
        noted.note(files);
      },
    };
    const log = new ShardLog(folder, 1, full);
    for (let at = 0; at < 4; at += 1) log.append([record(`${at}`)], startMs + at);
    isFull = true;
    log.trim(startMs + 2);
    expect(everything(log)).toEqual([record('2'), record('3')]);
    expect((await readFile(path.join(folder, logFileName(1)))).length).toBe(0);
    log.close();
    isFull = false;
    const reopened = new ShardLog(folder, 1, full);
    expect(everything(reopened)).toEqual([record('2'), record('3')]);
    reopened.trim(startMs + 3);
    expect(await readdir(folder)).toEqual([logFileName(4)]);
  });
});

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof StorageError) return error.message;
    throw error;
  }
  throw new Error('Expected a refusal, and there was none');
}

test('a log that ends before a record that somebody has read says so, and goes on behind it', async () => {
  const { file, bytes, ends } = await written();
  const source = path.dirname(file);
  await truncate(file, ends[1]?.size); // at a frame's end: nothing in the file tells
  const log = new ShardLog(source);
  log.requireRecord(1);
  const message = refusal(() => log.requireRecord(3));
  expect(message).toMatch(
    /its records from 2 on are gone, of which 3 has been read\. Restore the file, or go on/,
  );
  log.close();
  obey(message);
  const reopened = new ShardLog(source);
  reopened.requireRecord(4);
  expect(everything(reopened)).toEqual([record('one')]);
  await writeFile(file, bytes);
});

test('records that are missing before another file are an error to whoever reads so far, never a gap', async () => {
  const { file, ends } = await written();
  const source = path.dirname(file);
  await writeFile(path.join(source, logFileName(5)), '');
  const log = new ShardLog(source);
  log.append([record('five')], startMs);
  log.close();
  await truncate(file, ends[1]?.size);
  const reopened = new ShardLog(source);
  const message = refusal(() => everything(reopened));
  expect(message).toMatch(/of its records those from 2 to 4 are gone\. Restore the file, or go on/);
  expect(everything(reopened, 5)).toEqual([record('five')]);
  obey(message);
  expect(everything(new ShardLog(source))).toEqual([record('one'), record('five')]);
});

test('what is to be kept is kept, and a file that is gone by then holds up nothing: the next start misses it', async () => {
  const log = new ShardLog(folder, 1);
  for (const text of ['one', 'two']) log.append([record(text)], startMs);
  await log.keep();
  log.append([record('three')], startMs);
  await rm(path.join(folder, logFileName(3)));
  await log.keep();
});

describe('whatever is appended, trimmed, closed and opened again', () => {
  type Step =
    | { readonly kind: 'append'; readonly batch: readonly LogRecord[] }
    | { readonly kind: 'appendAt'; readonly record: LogRecord; readonly backMs: number }
    | { readonly kind: 'reopen' }
    | { readonly kind: 'trim'; readonly backMs: number }
    | { readonly kind: 'wait'; readonly ms: number };
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('append' as const), batch: records }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('appendAt' as const),
        record: records.map(([one = record('x')]) => one),
        backMs: fc.nat({ max: 3000 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('trim' as const), backMs: fc.nat({ max: 5000 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 2000 }) }),
    },
  );

  interface Kept {
    readonly index: number;
    readonly record: LogRecord;
    readonly arrivalMs: number;
    readonly latestMs: number;
  }

  test('the log reads as a list of its records would, from any place and any time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.integer({ min: 1, max: 600 }),
        async (steps, segmentBytes) => {
          await rm(folder, { recursive: true, force: true });
          let log = new ShardLog(folder, segmentBytes);
          let nowMs = startMs;
          let nextIndex = 1;
          let latestMs = 0;
          let trimmedMs = 0;
          let kept: Kept[] = [];
          const keep = (batch: readonly LogRecord[], arrivalMs: number) => {
            latestMs = Math.max(latestMs, arrivalMs);
            for (const one of batch) {
              kept.push({ index: nextIndex, record: one, arrivalMs, latestMs });
              nextIndex += 1;
            }
          };
          for (const one of steps) {
            if (one.kind === 'append') {
              log.append(one.batch, nowMs);
              keep(one.batch, nowMs);
            } else if (one.kind === 'appendAt') {
              // A delay is minutes, a retention hours: nothing arrives behind what has been trimmed.
              const arrivalMs = Math.max(nowMs - one.backMs, trimmedMs);
              log.appendAt(one.record, arrivalMs);
              keep([one.record], arrivalMs);
            } else if (one.kind === 'trim') {
              trimmedMs = Math.max(trimmedMs, nowMs - one.backMs);
              log.trim(trimmedMs);
              kept = kept.filter((candidate) => candidate.latestMs >= trimmedMs);
            } else if (one.kind === 'wait') nowMs += one.ms;
            else {
              log.close();
              log = new ShardLog(folder, segmentBytes);
              // What was trimmed within a file is there again until the next trim, which comes with every start.
              const firstKept = kept[0]?.index ?? nextIndex;
              expect(log.trimIndex).toBeLessThanOrEqual(firstKept);
              const again = kept[0]?.latestMs ?? Number.POSITIVE_INFINITY;
              log.trim(again);
            }
          }
          expect(log.nextIndex).toBe(nextIndex);
          expect(log.trimIndex).toBe(kept[0]?.index ?? nextIndex);
          for (const from of [1, ...kept.map(({ index }) => index), nextIndex, nextIndex + 5]) {
            const expected = kept.filter(({ index }) => index >= from);
            const { batches } = log.read(from, noLimit);
            const read = batches.flatMap((batch) =>
              batch.records.map((one, offset) => ({
                index: batch.firstIndex + offset,
                record: one,
                arrivalMs: batch.arrivalMs,
              })),
            );
            expect(read).toEqual(expected.map(({ latestMs: _, ...rest }) => rest));
          }
          for (let timeMs = startMs - 1; timeMs <= nowMs + 500; timeMs += 500) {
            const first = kept.find((candidate) => candidate.latestMs >= timeMs);
            expect(log.indexAtTime(timeMs)).toBe(first?.index ?? nextIndex);
          }
          log.close();
        },
      ),
      { numRuns: 150 },
    );
  });

  test('pages of any size join to the whole', () => {
    fc.assert(
      fc.property(
        fc.array(records, { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 200 }),
        (batches, maxRecords, maxBytes) => {
          const log = new ShardLog(path.join(folder, String(Math.random())), 300);
          for (const batch of batches) log.append(batch, startMs);
          const joined: LogRecord[] = [];
          for (let index = 1; index < log.nextIndex; ) {
            const page = log.read(index, { maxRecords, maxBytes });
            const found = page.batches.flatMap((batch) => batch.records);
            expect(found.length).toBeGreaterThan(0);
            expect(found.length).toBeLessThanOrEqual(maxRecords);
            const bytes = found
              .map(
                ({ data, partitionKey }) =>
                  Buffer.from(data, 'base64').length + Buffer.byteLength(partitionKey),
              )
              .reduce((sum, size) => sum + size, 0);
            if (found.length > 1) expect(bytes).toBeLessThanOrEqual(maxBytes);
            expect(page.nextIndex).toBe(index + found.length);
            joined.push(...found);
            index = page.nextIndex;
          }
          log.close();
          expect(joined).toEqual(batches.flat());
        },
      ),
      { numRuns: 50 },
    );
  });
});
