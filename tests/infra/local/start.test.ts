import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { serializeSale } from '../../../lib/core/sale.ts';
import { parseResult } from '../../../lib/core/window-result.ts';
import { endProcess, type RuntimeProcess, startProcess } from '../../runtime-process.ts';

// Whole processes start and end in these: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const root = fileURLToPath(new URL('../../..', import.meta.url));
const WINDOW_MS = 300_000;

let dataDir: string;
let env: NodeJS.ProcessEnv;
/** By such a clock a test begins with a window, so that none ends while it looks at one. */
let steady: Record<string, string>;
const started: ChildProcess[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'start-'));
  env = {
    ...process.env,
    LOCAL_AWS_PORT: '0',
    LOCAL_DATA_DIR: dataDir,
    WINDOW_SECONDS: String(WINDOW_MS / 1000),
  };
  steady = {
    NODE_OPTIONS: `--import ${new URL('../../shifted-clock.mjs', import.meta.url)}`,
    CLOCK_SHIFT_MS: String(WINDOW_MS - (Date.now() % WINDOW_MS)),
  };
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((child) => endProcess(child, 'SIGKILL')));
  await rm(dataDir, { recursive: true, force: true });
});

async function start(more: Record<string, string> = {}): Promise<RuntimeProcess & { readonly pid: number }> {
  const running = await startProcess('local', { ...env, ...more });
  started.push(running.child);
  return { ...running, pid: running.child.pid ?? 0 };
}

/** The words of a start that is refused. */
async function refusal(mode: string, more: Record<string, string> = {}): Promise<string> {
  const child = spawn(process.execPath, ['infra/local/start.mjs', mode], {
    cwd: root,
    env: { ...env, ...more },
  });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
  return said;
}

async function put(endpoint: string, sales: number): Promise<void> {
  const client = new KinesisClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
  });
  const sale = serializeSale({
    custName: 'Kobold',
    custId: 1,
    salesCents: 150,
    requestId: null,
    requestNumber: null,
  });
  const Records = Array.from({ length: sales }, (_, i) => ({
    PartitionKey: `${i}`,
    Data: Buffer.from(sale),
  }));
  const answer = await client.send(new PutRecordsCommand({ StreamName: 'data_pipe', Records }));
  expect(answer.FailedRecordCount).toBe(0);
  client.destroy();
}

interface Status {
  readonly problem: string | null;
  readonly consumerStopped: boolean;
  readonly shards: readonly {
    readonly shardId: string;
    readonly foldedRecords: number;
    readonly lastError: string | null;
    readonly failedAttempts: number;
  }[];
}

async function status(endpoint: string): Promise<Status> {
  const response = await fetch(`${endpoint}/_local/status`);
  return response.json();
}

const folded = async (endpoint: string) =>
  (await status(endpoint)).shards.reduce((sum, shard) => sum + shard.foldedRecords, 0);

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(path.join(dataDir, folder), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

describe('the table', () => {
  test('has what a person needs next, and a line to paste into a shell', async () => {
    const { endpoint, output } = await start({ SHARD_COUNT: '2' });
    expect(output).toContain(`
  AWS endpoint  ${endpoint}
  Bucket        tumbling-window-results
  Stream        data_pipe, 2 shards
  Window        300 s
  Data folder   ${path.relative(root, dataDir)}

  export AWS_ENDPOINT_URL=${endpoint} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1

  Ctrl-C ends everything; the data stays.
`);
  });

  test('says which port was taken when the next free one was', async () => {
    const first = await start();
    const port = Number(new URL(first.endpoint).port);
    const second = await start({
      LOCAL_AWS_PORT: String(port),
      LOCAL_DATA_DIR: path.join(dataDir, 'second'),
    });
    expect(Number(new URL(second.endpoint).port)).toBeGreaterThan(port);
    expect(second.output).toContain(`AWS endpoint  ${second.endpoint}  (${port} is taken)`);
  });

  test('shows the shards that are there, and notes that SHARD_COUNT came too late', async () => {
    const first = await start({ SHARD_COUNT: '2' });
    await endProcess(first.child, 'SIGTERM');
    const { output } = await start({ SHARD_COUNT: '3' });
    expect(output).toContain('Note: SHARD_COUNT is 3, but the stream that is there keeps its 2');
    expect(output).toContain('Stream        data_pipe, 2 shards');
  });
});

describe('a start is refused in words', () => {
  test('while another process uses the data folder', async () => {
    const { pid } = await start();
    expect(await refusal('local')).toBe(
      `The data folder ${dataDir} is in use by the local runtime with process id ${pid}. Stop that one, or set LOCAL_DATA_DIR to another folder.\n`,
    );
  });

  test.each([
    ['WINDOW_SECONDS', '901', 'Expected WINDOW_SECONDS to be a whole number from 1 to 900, got "901"'],
    ['PORT', '0', 'Expected PORT to be a whole number from 1 to 65535, got "0"'],
    [
      'CONSUMER_HANDLER',
      'not/there.ts',
      `Expected CONSUMER_HANDLER to be a file that is there, got "${root}not/there.ts"`,
    ],
  ])('for %s=%s', async (variable, value, words) => {
    expect(await refusal('local', { [variable]: value })).toContain(words);
  });

  test('for a data folder that cannot be written', async () => {
    await writeFile(path.join(dataDir, 'file'), '');
    const said = await refusal('local', { LOCAL_DATA_DIR: path.join(dataDir, 'file') });
    expect(said).toContain(`Expected to be able to write in the data folder ${dataDir}/file`);
    expect(said).toContain('set LOCAL_DATA_DIR to another folder');
  });

  test('for the page alone when nothing says what it shows', async () => {
    const said = await refusal('dashboard', { BUCKET_NAME: '' });
    expect(said).toContain('Expected BUCKET_NAME in the environment or in .env.local, got nothing');
    expect(said).toContain('npm run deploy');
  });

  test('while no port is free', async () => {
    const servers = await Promise.all([65_534, 65_535].map((port) => listening(port)));
    const said = await refusal('local', { LOCAL_AWS_PORT: '65534' });
    expect(said).toBe('No port from 65534 to 65535 is free. End a server, or set LOCAL_AWS_PORT.\n');
    for (const server of servers) server.close();
  });

  test.each([
    ['kinesis', /stream\.json$/, 'Restore the file, or delete its folder'],
    ['event-source-mappings', /mapping\.json$/, 'Restore the file, or delete it'],
  ])('for a damaged file below %s/, which it names', async (folder, name, advice) => {
    const { child } = await start();
    await endProcess(child, 'SIGTERM');
    const file = (await filesBelow(folder)).find((each) => name.test(each)) ?? '';
    await writeFile(file, '{"half');
    const said = await refusal('local');
    expect(said).toContain(file);
    expect(said).toContain(advice);
    expect(said.split('\n').filter((line) => line !== '')).toHaveLength(1);
  });
});

test('what was given up is put back by the runtime as it is started, which is one bundle', async () => {
  const { endpoint } = await start();
  const body = JSON.stringify({ action: 'redrive' });
  const answer = await fetch(`${endpoint}/_local/actions`, { method: 'POST', body });
  expect([answer.status, (await answer.json()).message]).toEqual([409, 'Nothing is left that was given up.']);
});

describe('the data of a run before', () => {
  test('after a kill is there again, and the start says where it goes on', async () => {
    const first = await start(steady);
    await put(first.endpoint, 7);
    await expect.poll(() => folded(first.endpoint)).toBe(7);
    await endProcess(first.child, 'SIGKILL');

    const second = await start(steady);
    expect(second.output).toContain(
      `Recovered: the last run (process id ${first.pid}) was killed; 7 records of its streams are there\n`,
    );
    expect(second.output).toMatch(
      /Recovered: shardId-000000000000 goes on in its window of \d{4}-\d\d-\d\dT\d\d:\d\d:00Z, with 7 records folded\n/,
    );
    expect(second.output).not.toContain('made anew');
    await endProcess(second.child, 'SIGTERM');

    // Without its mapping it is read from the beginning, and that is said, too.
    await rm(path.join(dataDir, 'event-source-mappings'), { recursive: true });
    const third = await start(steady);
    expect(third.output).not.toContain('Recovered');
    expect(third.output).toMatch(
      /Note: The mapping of data_pipe was not there, and is made anew: .* counts twice/,
    );
    await expect.poll(() => folded(third.endpoint)).toBe(7);
  });

  test('after a kill is taken over by one of several starts at once', async () => {
    const first = await start();
    await endProcess(first.child, 'SIGKILL');
    const outcomes = await Promise.allSettled([start(), start(), start(), start()]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(3);
    for (const { reason } of refused)
      expect(String(reason)).toContain('is in use by the local runtime with process id');
  });

  test('loses nothing when WINDOW_SECONDS changes while a window is open', async () => {
    const first = await start(steady);
    await put(first.endpoint, 7);
    await expect.poll(() => folded(first.endpoint)).toBe(7);
    await endProcess(first.child, 'SIGTERM');

    const second = await start({ ...steady, WINDOW_SECONDS: '1', WINDOW_IDLE_SECONDS: '0' });
    expect(second.output).toContain('Note: Windows are 1 s long now, 300 s before');
    const counted = async () => {
      const files = await filesBelow('s3/tumbling-window-results/revenue_sum');
      const results = await Promise.all(files.map(async (file) => parseResult(await readFile(file, 'utf8'))));
      return results.map((result) => [
        result.recordCount,
        result.salesCents,
        result.window.endMs - result.window.startMs,
      ]);
    };
    await expect.poll(counted).toEqual([[7, 1050, 1000]]);
  });
});

describe('a handler of the user', () => {
  /** In a folder that people have: its name would end a URL, or mean something else there. */
  const handler = () => path.join(dataDir, 'c#1 100%25?', 'consumer.ts');
  beforeEach(() => mkdir(path.dirname(handler())));
  const source = (name: string, answer: string) =>
    `export const ${name} = async (event: { Records: unknown[] }): Promise<unknown> => { console.log('got', event.Records.length); ${answer} };\n`;

  test('runs in place of the consumer, says in the terminal that it fails, and is mended by saving it', async () => {
    await writeFile(handler(), source('count', 'return 42;'));
    const running = await start({ ...steady, CONSUMER_HANDLER: `${handler()}#count` });
    let said = '';
    running.child.stderr?.on('data', (chunk) => (said += chunk));
    await put(running.endpoint, 3);
    await expect
      .poll(() => said)
      .toContain(
        'stream_record_processor failed for shardId-000000000000 (attempt 1): Expected a response with an object `state`, got 42',
      );
    await writeFile(handler(), source('count', 'return { state: {} };'));
    await expect.poll(() => folded(running.endpoint)).toBe(3);
    const logged = async () => {
      const files = (await filesBelow('logs')).filter((file) => file.endsWith('.ndjson'));
      return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('');
    };
    await expect.poll(logged).toContain('INFO\\tgot 3');
  });

  test('that never comes back does not hold up Ctrl-C, and its records are folded by the next start', async () => {
    await writeFile(handler(), source('handler', 'return new Promise(() => setInterval(() => {}, 1000));'));
    const running = await start({ ...steady, CONSUMER_HANDLER: handler() });
    await put(running.endpoint, 3);
    const isRunning = async () =>
      (await filesBelow('logs')).length > 0 &&
      (await readFile((await filesBelow('logs')).find((file) => file.endsWith('.ndjson')) ?? '', 'utf8'));
    await expect.poll(isRunning).toContain('START');
    running.child.kill('SIGINT');
    expect(await exitCode(running.child)).toBe(0);
    const next = await start({ ...steady, CONSUMER_HANDLER: '' });
    await expect.poll(() => folded(next.endpoint)).toBe(3);
  });
});

describe('Ctrl-C', () => {
  test('in the middle of the start ends that, and lets go of the data folder', async () => {
    const child = spawn(process.execPath, ['infra/local/start.mjs', 'local'], { cwd: root, env });
    started.push(child);
    await expect.poll(() => readdir(dataDir), { interval: 1 }).toContain('runtime.lock');
    child.kill('SIGINT');
    expect(await exitCode(child)).toBe(0);
    expect(await readdir(dataDir)).not.toContain('runtime.lock');
  });

  test.each([
    ['Ctrl-C, which a terminal sends to every process in the foreground,', 'SIGINT', -1],
    ['a kill of npm alone', 'SIGTERM', 1],
  ] as const)('%s ends everything under npm, and lets go of the data folder', async (_, signal, side) => {
    const npm = spawn('npm', ['run', 'local'], { cwd: root, env, detached: true });
    const { pid = 0 } = npm;
    let said = '';
    npm.stdout.on('data', (chunk) => (said += chunk));
    await expect.poll(() => said).toContain('Ctrl-C ends everything');
    process.kill(side * pid, signal);
    await exitCode(npm);
    await expect.poll(() => readdir(dataDir)).not.toContain('runtime.lock');
    await expect(fetch(/AWS endpoint +(\S+)/.exec(said)?.[1] ?? '')).rejects.toThrow('fetch failed');
  });

  test('of a terminal that was closed does the same', async () => {
    const { child } = await start();
    child.kill('SIGHUP');
    expect(await exitCode(child)).toBe(0);
    expect(await readdir(dataDir)).not.toContain('runtime.lock');
  });
});

test('a page whose runtime was killed ends by itself', async () => {
  const follow = path.join(root, 'infra/local/follow-parent.mjs');
  const page = `setInterval(() => {}, 1000); console.log(process.pid);`;
  const parent = `import { spawn } from 'node:child_process';
    spawn(process.execPath, ['--import', ${JSON.stringify(follow)}, '-e', ${JSON.stringify(page)}], { stdio: ['ignore', 1, 2] });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', parent]);
  started.push(child);
  const pid = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
  expect(isAlive(pid)).toBe(true);
  child.kill('SIGKILL');
  await expect.poll(() => isAlive(pid)).toBe(false);
});

function listening(port: number): Promise<net.Server> {
  const server = net.createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', resolve));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
