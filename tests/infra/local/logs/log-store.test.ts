import { appendFile, chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type LogEvent, parseLogEvent, serializeLogEvent } from '../../../../infra/local/logs/log-event.ts';
import { KEPT_SEGMENTS, SEGMENT_BYTES } from '../../../../infra/local/logs/log-segments.ts';
import type { LogStore } from '../../../../infra/local/logs/log-store.ts';
import { openLogs } from '../../../../infra/local/logs/regional-logs.ts';
import { startMs, temporaryFolder, turnableClock } from './local-logs.ts';

let dataDir: string;
let remove: () => Promise<void>;
const { clock, turn } = turnableClock();
const group = '/aws/lambda/f';

beforeEach(async () => {
  ({ folder: dataDir, remove } = await temporaryFolder());
});
afterEach(() => remove());

const open = async () => (await openLogs({ dataDir, clock, region: 'us-east-1' })).home;
const everything = () => true;

async function messages(store: LogStore, from = 0, to = Number.POSITIVE_INFINITY): Promise<string[]> {
  const found = await store.group(group);
  return ((await found?.events(from, to, everything)) ?? []).map(({ message }) => message);
}

describe('an event', () => {
  test('survives the file, whatever its message', () => {
    const event = fc.record<LogEvent>({
      logStreamName: fc.string({ unit: 'grapheme', minLength: 1 }),
      timestamp: fc.nat(),
      ingestionTime: fc.nat(),
      n: fc.nat(),
      message: fc.string({ unit: 'binary' }),
    });
    fc.assert(
      fc.property(event, (one) => {
        const line = serializeLogEvent(one);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(parseLogEvent(line.trimEnd())).toEqual(one);
      }),
    );
  });

  test.each([
    '',
    'x',
    '{}',
    '{"timestamp":1}',
    '{"timestamp":1,"ingestionTime":1,"logStreamName":"s","n":0,"mess',
  ])('is not what a crash has torn: %s', (line) => {
    expect(parseLogEvent(line)).toBeNull();
  });
});

describe('the log store', () => {
  test('finds what was appended at once, in order', async () => {
    const store = await open();
    store.append(group, 's1', startMs + 2, 'second');
    store.append(group, 's2', startMs + 1, 'first');
    store.append(group, 's1', startMs + 2, 'third');
    expect(await messages(store)).toEqual(['first', 'second', 'third']);
    expect(await messages(store, startMs + 2, startMs + 2)).toEqual(['second', 'third']);
  });

  test('keeps a group as lines that grep can read', async () => {
    const store = await open();
    store.append(group, 's', startMs, 'one line\nor two');
    await store.close();
    expect(await readdir(join(dataDir, 'logs'))).toEqual(['aws~lambda~f']);
    expect(await readFile(join(dataDir, 'logs/aws~lambda~f/000001.ndjson'), 'utf8')).toBe(
      `{"timestamp":${startMs},"ingestionTime":${startMs},"logStreamName":"s","n":0,"message":"one line\\nor two","checksum":"d3ef90a6"}\n`,
    );
  });

  test('finds everything again after a restart, and numbers on', async () => {
    const first = await open();
    first.append(group, 's', startMs, 'before');
    await first.close();
    const second = await open();
    second.append(group, 's', startMs + 1, 'after');
    const events = await (await second.group(group))?.events(0, Number.POSITIVE_INFINITY, everything);
    expect(events?.map(({ n, message }) => [n, message])).toEqual([
      [0, 'before'],
      [1, 'after'],
    ]);
    await second.close();
  });

  test('passes over a torn last line, and writes on after it', async () => {
    const first = await open();
    first.append(group, 's', startMs, 'whole');
    await first.close();
    await appendFile(join(dataDir, 'logs/aws~lambda~f/000001.ndjson'), '{"timestamp":16115037');
    const second = await open();
    expect(await messages(second)).toEqual(['whole']);
    second.append(group, 's', startMs + 1, 'after');
    expect(await messages(second)).toEqual(['whole', 'after']);
    await second.close();
    expect(await messages(await open())).toEqual(['whole', 'after']);
  });

  test('passes over a damaged line, says so once, and finds all others', async () => {
    const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const first = await open();
    for (const message of ['one', 'two', 'three']) first.append(group, 's', startMs, message);
    await first.close();
    const file = join(dataDir, 'logs/aws~lambda~f/000001.ndjson');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"two"', '"tvo"'));
    const second = await open();
    for (let query = 0; query < 2; query += 1) expect(await messages(second)).toEqual(['one', 'three']);
    await second.close();
    expect(said.mock.calls).toEqual([[`${file}: passed over what is torn or damaged, at line 2`]]);
    said.mockRestore();
    await writeFile(file, text);
    expect(await messages(await open())).toEqual(['one', 'two', 'three']);
  });

  test('of an older version, without checksums, is read', async () => {
    const first = await open();
    first.append(group, 's', startMs, 'one');
    await first.close();
    for (const name of ['000001.ndjson', 'group.json']) {
      const file = join(dataDir, 'logs/aws~lambda~f', name);
      const text = await readFile(file, 'utf8');
      const older = text.replace(/,\s*"checksum": ?"[0-9a-f]{8}"/, '');
      expect(older).not.toBe(text);
      await writeFile(file, older);
    }
    expect(await messages(await open())).toEqual(['one']);
  });

  test.each([
    [
      'is damaged',
      (file: string) => writeFile(file, '{"logGroupName":"/aws/lambda/g","checksum":"00000000"}'),
    ],
    ['is gone', (file: string) => rm(file)],
  ])('does not take a group for none whose description %s', async (_, damage) => {
    const first = await open();
    first.append(group, 's', startMs, 'one');
    await first.close();
    const file = join(dataDir, 'logs/aws~lambda~f/group.json');
    const text = await readFile(file, 'utf8');
    await damage(file);
    await expect(open()).rejects.toThrow(`Expected ${file} to describe a log group, got: `);
    await writeFile(file, text);
    expect(await messages(await open())).toEqual(['one']);
  });

  test('finishes a deletion that a crash has cut off', async () => {
    const store = await open();
    store.append(group, 's', startMs, 'one');
    await store.close();
    await rename(join(dataDir, 'logs/aws~lambda~f'), join(dataDir, 'logs/.deleted-1')); // its first step
    expect(await (await open()).groups()).toEqual([]);
    expect(await readdir(join(dataDir, 'logs'))).toEqual([]);
  });

  test('is bounded: the oldest megabyte goes when a new one begins', async () => {
    const store = await open();
    const half = 'x'.repeat(SEGMENT_BYTES / 2);
    const total = 2 * KEPT_SEGMENTS + 5;
    for (let n = 0; n < total; n += 1) {
      store.append(group, 's', startMs + n, `${n} ${half}`);
      if (n % 20 === 0) await store.flush();
      await store.flush();
    }
    const kept = (await messages(store)).map((message) => Number.parseInt(message, 10));
    expect(kept.at(-1)).toBe(total - 1);
    expect(kept.length).toBeLessThanOrEqual(2 * KEPT_SEGMENTS + 1);
    expect(kept.length).toBeGreaterThanOrEqual(2 * (KEPT_SEGMENTS - 1));
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => total - kept.length + index));
    await store.close();
    const again = await open();
    expect((await messages(again)).length).toBe(kept.length);
    const [stream] = (await (await again.group(group))?.streams()) ?? [];
    expect(stream).toMatchObject({
      firstEventTimestamp: startMs + total - kept.length,
      lastEventTimestamp: startMs + total - 1,
    });
    await again.close();
  });

  test('does without its index, and with one that lies in ruins', async () => {
    const store = await open();
    for (let n = 0; n < 4; n += 1) {
      store.append(group, 's', startMs + n, `${n}${'x'.repeat(SEGMENT_BYTES)}`);
      await store.flush();
    }
    await store.close();
    const index = join(dataDir, 'logs/aws~lambda~f/index.json');
    const flipped = (await readFile(index, 'utf8')).replace('"lastTimestamp":16', '"lastTimestamp":10');
    for (const damage of [
      () => writeFile(index, flipped),
      () => writeFile(index, '[{"file":'),
      () => rm(index),
    ]) {
      await damage();
      const again = await open();
      expect((await messages(again)).map((message) => message[0])).toEqual(['0', '1', '2', '3']);
      await again.close();
    }
  });

  test('keeps names apart that a file system may confuse, and all of them in its folder', async () => {
    const names = [
      '/a/b',
      'a/b',
      '/A/b',
      '..',
      '/../../x',
      '.',
      `/${'n'.repeat(511)}`,
      `/${'n'.repeat(510)}m`,
    ];
    const store = await open();
    for (const name of names) store.append(name, 's', startMs, name);
    await store.close();
    expect(await readdir(dataDir)).toEqual(['logs']);
    expect((await readdir(join(dataDir, 'logs'))).length).toBe(names.length);
    const again = await open();
    expect((await again.groups()).map(({ name }) => name)).toEqual([...names].sort());
    for (const name of names) {
      const events = await (await again.group(name))?.events(0, Number.POSITIVE_INFINITY, everything);
      expect(events?.map(({ message }) => message)).toEqual([name]);
    }
  });

  test('never fails an append; what the disk refuses waits until it takes it', async () => {
    const store = await open();
    store.append(group, 's', startMs, 'before');
    await store.flush();
    // A folder in the place of the file: refused for root as well, unlike a file without write permission.
    const file = join(dataDir, 'logs/aws~lambda~f/000001.ndjson');
    const content = await readFile(file);
    await rm(file);
    await mkdir(file);
    store.append(group, 's', startMs + 1, 'during');
    await expect(store.flush()).rejects.toThrow(/EISDIR/);
    await rm(file, { recursive: true });
    await writeFile(file, content);
    await chmod(file, 0o600);
    store.append(group, 's', startMs + 2, 'after');
    expect(await messages(store)).toEqual(['before', 'during', 'after']);
    await store.close();
  });

  test('forgets a group that is deleted', async () => {
    const store = await open();
    store.append(group, 's', startMs, 'gone');
    await store.flush();
    await store.deleteGroup(group);
    expect(await store.groups()).toEqual([]);
    expect(await readdir(join(dataDir, 'logs'))).toEqual([]);
    turn(1);
    store.append(group, 's', startMs, 'new');
    expect(await messages(store)).toEqual(['new']);
    await store.close();
  });
});
