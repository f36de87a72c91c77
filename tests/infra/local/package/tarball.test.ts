import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const bin = (name: string) => path.join(root, 'node_modules', name);
const run = promisify(execFile);

/** A folder with nothing in it but the installed package. */
let folder = '';
let tarball = '';

const npm = (...args: string[]) =>
  run('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder });
const command = (...args: string[]) =>
  run(process.execPath, ['node_modules/tumbling-windows/dist/cli.mjs', ...args], { cwd: folder }).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      stdout,
      stderr,
    }),
  );

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tarball-'));
  const { stdout } = await run('npm', ['run', '--silent', 'pack', '--', folder], { cwd: root });
  tarball = stdout.split(': ')[0] ?? '';
  writeFileSync(path.join(folder, 'package.json'), '{"private": true}');
  await npm('install', tarball, 'jest@30.5.2');
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }), 60_000);

test('the package is small, says what it needs, and has nothing of page or deployment', () => {
  expect(statSync(tarball).size).toBeLessThan(3 * 1024 * 1024);
  const manifest = JSON.parse(
    readFileSync(path.join(folder, 'node_modules/tumbling-windows/package.json'), 'utf8'),
  );
  expect(manifest.name).toBe('tumbling-windows');
  expect(Object.keys(manifest.dependencies).sort()).toEqual([
    '@aws-sdk/client-kinesis',
    '@aws-sdk/client-s3',
    'esbuild',
  ]);
  for (const name of ['next', 'react', 'aws-cdk-lib']) {
    expect(existsSync(path.join(folder, 'node_modules', name)), name).toBe(false);
  }
});

test('help fits a screen, and what is not understood is said in a sentence', async () => {
  const { stdout } = await command('--help');
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(await command()).toMatchObject({ code: 0, stdout });
  expect(await command('--windw', '3s')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--help'),
  });
  expect(await command('a.ts', '--window', 'long')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Expected --window to be a time such as 10s or 2m, got "long"\./),
  });
  expect(await command('a.ts', '--window', '0s')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /^Expected --window to be a whole number from 1 to 900, got "0"\.\n.*--help/,
    ),
  });
  expect(await command('missing.ts')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Expected the consumer to be a file that is there, got /),
  });
  // Named as this command names it, not as the settings beneath it do.
  expect(await command('node_modules/tumbling-windows/dist/cli.mjs', '--data', 'package.json')).toMatchObject(
    {
      code: 1,
      stderr: expect.stringMatching(/or set --data to another folder\.\n$/),
    },
  );
  // A custom runtime that nobody may execute.
  expect(await command('package.json')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Expected the consumer to be a .ts, .js or .py file, or one .*chmod \+x/),
  });
  expect(await command('lint')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Expected one template, mapping or - \(from stdin\) to lint, got none\./),
  });
});

const TYPESCRIPT = `
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { WindowedAnswer, WindowedEvent } from 'tumbling-windows';

const s3 = new S3Client({});
export async function handler(event: WindowedEvent<{ sales: number }>): Promise<WindowedAnswer<{ sales: number }>> {
  let sales = event.state.sales ?? 0;
  for (const { kinesis } of event.Records) {
    sales += JSON.parse(Buffer.from(kinesis.data, 'base64').toString()).sales;
  }
  if (event.isFinalInvokeForWindow) {
    const Key = \`\${event.window.start}_\${event.shardId}.json\`;
    const Body = JSON.stringify({ sales, greeting: process.env.GREETING });
    await s3.send(new PutObjectCommand({ Bucket: process.env.BUCKET_NAME ?? '', Key, Body }));
  }
  return { state: { sales } };
}
`;

const PYTHON = `
import base64, json, os, urllib.request

def lambda_handler(event, context):
    sales = event["state"].get("sales", 0)
    for record in event["Records"]:
        sales += json.loads(base64.b64decode(record["kinesis"]["data"]))["sales"]
    if event["isFinalInvokeForWindow"]:
        url = "%s/%s/%s_%s.json" % (os.environ["AWS_ENDPOINT_URL"], os.environ["BUCKET_NAME"], event["window"]["start"], event["shardId"])
        body = json.dumps({"sales": sales, "greeting": os.environ["GREETING"]}).encode()
        urllib.request.urlopen(urllib.request.Request(url, data=body, method="PUT"))
    return {"state": {"sales": sales}}
`;

describe.each([
  ['my-consumer.ts', 'my-consumer.ts', TYPESCRIPT],
  ['consumer.py', 'consumer.py#lambda_handler', PYTHON],
])('npx tumbling-windows %s', (file, consumer, source) => {
  test('runs stream, mapping, consumer and bucket, and ends with npx', async () => {
    writeFileSync(path.join(folder, file), source);
    const args = ['tumbling-windows', consumer, '--window', '1s', '--shards', '2', '--port', '0'];
    const options = ['--data', `data-${file}`, '--env', 'GREETING=hello'];
    const npx = spawn('npx', [...args, ...options], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    let pid = 0;
    try {
      let table = '';
      npx.stdout.on('data', (chunk: Buffer) => {
        table += chunk.toString();
      });
      await expect.poll(() => table).toContain('Ctrl-C ends everything');
      expect(table).toMatch(new RegExp(`Consumer +stream_record_processor, ${file}`));
      expect(table).toMatch(/Stream +data_pipe, 2 shards/);
      const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(table)?.[0] ?? '';
      ({ pid } = await fetch(`${endpoint}/_local/health`).then((answer) => answer.json()));
      const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
      const client = { endpoint, region: 'us-east-1', credentials };
      const kinesis = new KinesisClient({ ...client, requestHandler: new NodeHttpHandler() });
      const s3 = new S3Client(client);
      const Bucket = 'tumbling-window-results';

      const Records = ['a', 'b', 'c', 'd'].map((PartitionKey) => ({
        PartitionKey,
        Data: Buffer.from('{"sales": 3}'),
      }));
      await kinesis.send(new PutRecordsCommand({ StreamName: 'data_pipe', Records }));
      const total = async () => {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
        let sales = 0;
        for (const { Key } of Contents) {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
          const result = JSON.parse((await Body?.transformToString()) ?? '');
          expect(result.greeting).toBe('hello');
          sales += result.sales;
        }
        return sales;
      };
      await expect.poll(total).toBe(12);

      npx.kill();
      // Nobody answers any more: the runtime has ended with the npx that started it.
      await expect
        .poll(() =>
          fetch(`${endpoint}/_local/health`).then(
            () => 'answers',
            () => 'gone',
          ),
        )
        .toBe('gone');
    } finally {
      npx.kill('SIGKILL');
      if (pid !== 0) await run('kill', ['-9', String(pid)]).catch(() => {}); // it has ended, or the test has failed
    }
  }, 60_000);
});

test('npx tumbling-windows verify says whether a consumer holds, and why not', async () => {
  writeFileSync(path.join(folder, 'holds.ts'), TYPESCRIPT);
  const swallows = TYPESCRIPT.replace('Body }));', 'Body })).catch(() => {});');
  writeFileSync(path.join(folder, 'swallows.ts'), swallows);
  writeFileSync(path.join(folder, 'sample.ndjson'), '{"sales": 3}\n{"sales": 4}\n');
  const options = ['--records', 'sample.ndjson', '--schedules', '100'];
  expect(await command('verify', 'holds.ts', ...options)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Holds: 100 schedules/),
  });
  // What awaits while it is loaded runs in a worker, and not within the command's process.
  writeFileSync(path.join(folder, 'awaits.mts'), `await Promise.resolve();\n${TYPESCRIPT}`);
  expect(
    await command('verify', 'awaits.mts', '--records', 'sample.ndjson', '--schedules', '2'),
  ).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Holds: 2 schedules/) });
  const broken = await command('verify', 'swallows.ts', ...options);
  expect(broken.code).toBe(1);
  expect(broken.stderr).toMatch(/^The schedule of seed \d+ breaks it: looking for the least/m);
  expect(broken.stdout).toMatch(/^BROKEN by the schedule of seed \d+, shrunk to this:/);
  expect(broken.stdout).toMatch(/^Why: S3 refused, and the handler answered as if all were well/m);
  const again = /^Again: tumbling-windows (.*)$/m.exec(broken.stdout)?.[1]?.split(' ') ?? [];
  expect((await command(...again)).stdout).toBe(broken.stdout);
}, 60_000);

test('a verification that is ended leaves no process of the consumer behind', async () => {
  const file = path.join(folder, 'stays.sh');
  writeFileSync(
    file,
    '#!/bin/sh\necho $$ > stays.pid.new; mv stays.pid.new stays.pid\nwhile :; do sleep 1; done\n',
    {
      mode: 0o755,
    },
  );
  writeFileSync(path.join(folder, 'one.ndjson'), '{"sales": 3}\n');
  const cli = 'node_modules/tumbling-windows/dist/cli.mjs';
  const child = spawn(process.execPath, [cli, 'verify', 'stays.sh', '--records', 'one.ndjson'], {
    cwd: folder,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await expect.poll(() => existsSync(path.join(folder, 'stays.pid')), { timeout: 15_000 }).toBe(true);
  const pid = Number(readFileSync(path.join(folder, 'stays.pid'), 'utf8'));
  child.kill('SIGINT');
  expect(await ended).toBe(1);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
}, 30_000);

test('npx tumbling-windows --template makes what a template has, and lint reads it', async () => {
  const template = `
Resources:
  Orders: { Type: AWS::Kinesis::Stream, Properties: { ShardCount: 2 } }
  Summer:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return {'state': {}}"
      Events:
        Stream: { Type: Kinesis, Properties: { Stream: !GetAtt Orders.Arn, StartingPosition: LATEST, TumblingWindowInSeconds: 60 } }
  Queue: { Type: AWS::SQS::Queue }
`;
  writeFileSync(path.join(folder, 'template.yaml'), template);
  const linted = await command('lint', 'template.yaml');
  expect(linted.stdout).toMatch(/^SummerStream:\n {2}warning +MaximumRetryAttempts -1: .* up to 24 h/);

  const args = [
    'node_modules/tumbling-windows/dist/cli.mjs',
    '--template',
    'template.yaml',
    '--port',
    '0',
    '--data',
    'made',
  ];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let table = '';
    child.stdout.on('data', (chunk: Buffer) => {
      table += chunk.toString();
    });
    await expect.poll(() => table).toContain('Ctrl-C ends everything');
    expect(table).toMatch(/Stream +Orders, 2 shards\n +Function +Summer, python3\.13\n/);
    expect(table).toMatch(/Mapping +Orders to Summer, windows of 60 s\n +Left out +1 AWS::SQS::Queue\n/);
  } finally {
    child.kill();
    await new Promise((resolve) => child.once('exit', resolve));
  }
}, 60_000);

test('the types of event and answer hold for a consumer, and refuse what Lambda refuses', async () => {
  writeFileSync(path.join(folder, 'typed.ts'), TYPESCRIPT);
  writeFileSync(
    path.join(folder, 'wrong.ts'),
    `import type { WindowedHandler, WindowedEvent, WindowedAnswer } from 'tumbling-windows/testing';
     import { simulateWindows } from 'tumbling-windows/testing';
     export const noState: (event: WindowedEvent) => WindowedAnswer = () => ({});
     export const run = simulateWindows(() => ({ state: {} }), { windowSeconds: '120', records: [] });
     export const fine: WindowedHandler<{ n: number }> = (event) => ({ state: { n: (event.state.n ?? 0) + 1 } });`,
  );
  writeFileSync(
    path.join(folder, 'fine.ts'),
    `import { simulateWindows, type WindowedHandler } from 'tumbling-windows/testing';
     export const fine: WindowedHandler<{ n: number }> = (event) => ({ state: { n: (event.state.n ?? 0) + 1 } });
     export const run = simulateWindows(fine, { windowSeconds: 120, records: [] });`,
  );
  const types = [
    '--types',
    'node',
    '--typeRoots',
    bin('@types'),
    '--target',
    'es2022',
    '--strict',
    '--noEmit',
  ];
  const tsc = (file: string, module = 'nodenext') =>
    run(process.execPath, [bin('typescript/bin/tsc'), ...types, '--module', module, file], {
      cwd: folder,
    }).then(
      ({ stdout }) => stdout,
      ({ stdout }: { stdout: string }) => stdout,
    );
  expect(await tsc('typed.ts')).toBe('');
  // Of a module of the older kind, which may not import one of the newer.
  expect(await tsc('fine.ts', 'node16')).toBe('');
  const wrong = await tsc('wrong.ts');
  expect(wrong.match(/wrong\.ts\(\d+/g)).toEqual(['wrong.ts(3', 'wrong.ts(4']);
}, 60_000);

describe('the examples are tests', () => {
  beforeAll(() => {
    cpSync(path.join(folder, 'node_modules/tumbling-windows/examples'), folder, { recursive: true });
    symlinkSync(bin('vitest'), path.join(folder, 'node_modules/vitest'));
  });

  test.each([
    ['node:test', ['--test', '--test-reporter=tap', 'node-test.test.mjs'], /^# pass 1$/m],
    ['Jest', ['node_modules/jest/bin/jest.js', 'jest.test.cjs'], /1 passed, 1 total/],
    ['Vitest', ['node_modules/vitest/vitest.mjs', 'run', '--root', '.', 'vitest.test.mjs'], /1 passed/],
  ])(
    '%s runs its own',
    async (_, args, passed) => {
      // This test's runner must not be taken for theirs.
      const { NODE_OPTIONS: _options, VITEST: _vitest, ...env } = process.env;
      const { stdout, stderr } = await run(process.execPath, args, {
        cwd: folder,
        env: { ...env, NO_COLOR: '1' },
      });
      expect(stdout + stderr).toMatch(passed);
    },
    60_000,
  );
});
