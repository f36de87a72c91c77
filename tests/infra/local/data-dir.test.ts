import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DataDirError, lockDataDir } from '../../../infra/local/data-dir.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'data-dir-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const lockFile = () => path.join(dataDir, 'runtime.lock');
const holder = (pid: number, port: number | null) => writeFile(lockFile(), JSON.stringify({ pid, port }));

test('a released folder can be taken again', async () => {
  const lock = await lockDataDir(dataDir);
  await lock.announce(4566);
  expect(JSON.parse(await readFile(lockFile(), 'utf8'))).toEqual({ pid: process.pid, port: 4566 });
  await lock.release();
  await (await lockDataDir(dataDir)).release();
});

test('a folder whose runtime answers is refused, naming the process', async () => {
  const { ppid } = process; // a process that lives, and is not this one
  const server = http.createServer((_request, response) => response.end(JSON.stringify({ pid: ppid })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Expected a TCP address');
  await holder(ppid, address.port);
  await expect(lockDataDir(dataDir)).rejects.toThrow(DataDirError);
  await expect(lockDataDir(dataDir)).rejects.toThrow(`process id ${ppid}`);
  server.close();
});

test('the lock of a killed runtime is taken over', async () => {
  await holder(spawnSync('true').pid, 4566);
  await (await lockDataDir(dataDir)).release();
});

test('a process id that was used again does not hold the folder', async () => {
  await holder(process.ppid, 1); // lives, but nothing answers on that port
  await (await lockDataDir(dataDir)).release();
});

test('a runtime that is just starting holds the folder, one that was killed while starting does not', async () => {
  await holder(process.ppid, null);
  await expect(lockDataDir(dataDir)).rejects.toThrow('is in use');
  await utimes(lockFile(), new Date(0), new Date(0));
  await (await lockDataDir(dataDir)).release();
});

test('a torn lock is taken over', async () => {
  await writeFile(lockFile(), '{"pid":');
  await (await lockDataDir(dataDir)).release();
});

describe('a lock that is watched', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    return () => vi.useRealTimers();
  });
  const text = () => readFile(lockFile(), 'utf8').catch(() => '');

  test('is there again after somebody has deleted it', async () => {
    const lock = await lockDataDir(dataDir);
    await lock.announce(4566);
    lock.watch(() => {});
    await rm(lockFile());
    vi.advanceTimersByTime(1000);
    await expect.poll(text).toBe(JSON.stringify({ pid: process.pid, port: 4566 }));
    await lock.release();
    expect(await text()).toBe('');
  });

  test('tells of the process that has taken the folder since, and leaves that one its lock', async () => {
    const lock = await lockDataDir(dataDir);
    const lost: number[] = [];
    lock.watch((pid) => lost.push(pid));
    await rm(lockFile());
    await holder(process.ppid, 4567);
    vi.advanceTimersByTime(1000);
    await expect.poll(() => lost).toEqual([process.ppid]);
    await lock.release();
    expect(await text()).toBe(JSON.stringify({ pid: process.ppid, port: 4567 }));
  });

  test('makes no folder anew that was deleted as a whole', async () => {
    const lock = await lockDataDir(dataDir);
    lock.watch(() => {});
    await rm(dataDir, { recursive: true });
    vi.advanceTimersByTime(1000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(existsSync(dataDir)).toBe(false);
    await lock.release();
  });
});

test('a folder that cannot be written says what to do', async () => {
  const file = path.join(dataDir, 'file');
  await writeFile(file, '');
  await expect(lockDataDir(path.join(file, 'below'))).rejects.toThrow(
    /Make it writable, or set LOCAL_DATA_DIR/,
  );
});
