import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { json } from 'node:stream/consumers';

/**
 * One runtime to a data folder: two would write over each other's logs. The lock names the process and the port that it
 * answers on; a lock whose process does not answer there was left by a kill and is taken over.
 */
export interface DataDirLock {
  /** The process that held the folder before and ended without letting go of it: it was killed. Null when none did. */
  readonly killedPid: number | null;
  /** Says where the runtime answers, once it does. */
  announce(port: number): Promise<void>;
  /**
   * Holds on to the folder: a lock that somebody deletes is there again within a second. Calls back, once, with the process
   * that took the folder in that second: two must not go on.
   */
  watch(onLost: (pid: number) => void): void;
  release(): Promise<void>;
}

export class DataDirError extends Error {
  override name = 'DataDirError' as const;

  constructor(
    readonly dataDir: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

interface Holder {
  readonly pid: number;
  readonly port: number | null;
}

/** A start takes less than a second; a lock that never named its port for longer than this was left by a kill. */
const STARTING_MS = 30_000;
/** A lock without words is being written just now, or was torn by a kill. */
const WRITING_MS = 1000;
const WATCH_MS = 1000;
/** Far longer than it takes from seeing a lock to clearing it away. */
const PAUSE_MS = 50;

export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  const file = path.join(dataDir, 'runtime.lock');
  let killedPid: number | null = null;
  try {
    await mkdir(dataDir, { recursive: true });
    for (let takesOver = false; ; ) {
      if (await create(file)) {
        if (!takesOver) break;
        // Whoever found the same lock of a killed runtime may have cleared away ours instead of it.
        await pause();
        if ((await readHolder(file))?.pid === process.pid) break;
        continue;
      }
      const holder = await readHolder(file);
      if (holder === null && (await isYounger(file, WRITING_MS))) {
        await pause();
        continue;
      }
      if (holder !== null && (await isRunning(holder, file))) {
        throw new DataDirError(
          dataDir,
          `The data folder ${dataDir} is in use by the local runtime with process id ${holder.pid}. Stop that one, or set LOCAL_DATA_DIR to another folder.`,
        );
      }
      takesOver = true;
      killedPid = holder?.pid ?? killedPid;
      await rm(file, { force: true });
    }
  } catch (error) {
    if (error instanceof DataDirError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new DataDirError(
      dataDir,
      `Expected to be able to write in the data folder ${dataDir}: ${cause}. Make it writable, or set LOCAL_DATA_DIR to another folder.`,
      { cause: error },
    );
  }
  let own: Holder = { pid: process.pid, port: null };
  let timer: NodeJS.Timeout | undefined;
  let isReleased = false;
  const write = () => writeFile(file, JSON.stringify(own));
  return {
    killedPid,
    announce: async (port) => {
      own = { ...own, port };
      await write();
    },
    watch: (onLost) => {
      timer = setInterval(async () => {
        const holder = await readHolder(file);
        if (isReleased) return; // a look under way must not lock what is let go
        if (holder === null)
          await write().catch(() => {}); // the whole folder is gone, or its disk is full
        else if (holder.pid !== process.pid) {
          clearInterval(timer);
          onLost(holder.pid);
        }
      }, WATCH_MS).unref();
    },
    release: async () => {
      clearInterval(timer);
      isReleased = true;
      const holder = await readHolder(file);
      if (holder === null || holder.pid === process.pid) await rm(file, { force: true });
    },
  };
}

/** The runtime that uses the folder and answers; null when none does. */
export async function runningRuntime(
  dataDir: string,
): Promise<{ readonly pid: number; readonly port: number } | null> {
  const file = path.join(dataDir, 'runtime.lock');
  const holder = await readHolder(file);
  if (holder === null || holder.port === null || !(await isRunning(holder, file))) return null;
  return { pid: holder.pid, port: holder.port };
}

async function create(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(JSON.stringify({ pid: process.pid, port: null } satisfies Holder));
    await handle.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(file: string): Promise<Holder | null> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('port' in value)) return null;
    const { pid, port } = value;
    if (typeof pid !== 'number') return null;
    return { pid, port: typeof port === 'number' ? port : null };
  } catch {
    return null; // gone, or torn by a kill in mid-write
  }
}

/** Process ids are used again, so a living process is only believed when it answers as the runtime it says it is. */
async function isRunning(holder: Holder, file: string): Promise<boolean> {
  if (holder.pid === process.pid) return false;
  try {
    process.kill(holder.pid, 0);
  } catch {
    return false;
  }
  if (holder.port === null) return isYounger(file, STARTING_MS);
  const health = await healthAt(holder.port);
  return health === 'late' || health === holder.pid;
}

const ANSWER_MS = 2000;

/** The process id that the runtime at the port says, `late` when it says nothing in time, null when there is none. */
function healthAt(port: number): Promise<number | 'late' | null> {
  return new Promise((resolve) => {
    // Not fetch: Node.js may be told to send its requests through a proxy, which does not know this machine's runtime.
    const request = http.get(
      { host: '127.0.0.1', port, path: '/_local/health', agent: false },
      (response) => {
        json(response).then(
          (health) => resolve(isObject(health) && typeof health.pid === 'number' ? health.pid : null),
          () => resolve(null),
        );
      },
    );
    request.on('error', () => resolve(null));
    request.setTimeout(ANSWER_MS, () => {
      resolve('late');
      request.destroy();
    });
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** False also for a file that is gone. */
async function isYounger(file: string, ms: number): Promise<boolean> {
  try {
    return Date.now() - (await stat(file)).mtimeMs < ms;
  } catch {
    return false;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
