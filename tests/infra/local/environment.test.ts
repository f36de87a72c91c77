import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { localEnvironment, pageEnvironment } from '../../../infra/local/environment.ts';
import { readLocalSettings } from '../../../infra/local/local-settings.ts';
import { endProcess, type RuntimeProcess, startProcess } from '../../runtime-process.ts';

// Whole processes start and end in these: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const root = path.resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);

/** What people who work with AWS have in their shells and files, at its worst: any of it sends a client elsewhere. */
const HOSTILE = {
  AWS_PROFILE: 'prod',
  AWS_SESSION_TOKEN: 'token',
  AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
  AWS_ENDPOINT_URL_KINESIS: 'http://127.0.0.1:1',
  AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:1',
  AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1',
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_USE_DUALSTACK_ENDPOINT: 'true',
  AWS_ACCOUNT_ID_ENDPOINT_MODE: 'required',
  AWS_CA_BUNDLE: '/no/such/file',
  AWS_SOMETHING_OF_NEXT_YEAR: 'true',
  HTTP_PROXY: 'http://127.0.0.1:1',
  HTTPS_PROXY: 'http://127.0.0.1:1',
  NODE_USE_ENV_PROXY: '1',
};
const CONFIG = [
  'endpoint_url = http://127.0.0.1:1',
  'use_fips_endpoint = true',
  'use_dualstack_endpoint = true',
  'account_id_endpoint_mode = required',
  'credential_process = /no/such/program',
  'region = eu-south-2',
].join('\n');

let folder: string;
let env: NodeJS.ProcessEnv;
let running: RuntimeProcess;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'environment-'));
  await mkdir(path.join(folder, '.aws'));
  await writeFile(path.join(folder, '.aws/config'), `[default]\n${CONFIG}\n[profile prod]\n${CONFIG}\n`);
  await writeFile(
    path.join(folder, '.env.local'),
    'AWS_USE_FIPS_ENDPOINT=true\nAWS_PROFILE=prod\nSHOP=ours\n',
  );
  env = { ...process.env, ...HOSTILE, HOME: folder };
  running = await startProcess('local', {
    ...env,
    LOCAL_AWS_PORT: '0',
    LOCAL_DATA_DIR: path.join(folder, 'data'),
    WINDOW_SECONDS: '1',
    WINDOW_IDLE_SECONDS: '0',
  });
});
afterAll(async () => {
  await endProcess(running.child, 'SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

test('the functions talk to the local runtime alone, whatever the environment of the start says', async () => {
  const client = new LambdaClient({
    endpoint: running.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { Payload } = await client.send(
    new InvokeCommand({ FunctionName: 'data_producer_fn', Payload: '{"record_count":5}' }),
  );
  client.destroy();
  const answer = JSON.parse(JSON.parse(Buffer.from(Payload ?? []).toString()).body);
  expect(answer.message).toMatchObject({ status: true, record_count: 5 });
  const results = path.join(folder, 'data/s3/tumbling-window-results/revenue_sum');
  await expect.poll(() => readdir(results).catch(() => [])).toHaveLength(1);
});

test('so does the page, whatever its .env.local says, where other variables still come from', async () => {
  const settings = readLocalSettings({}, root);
  const own = localEnvironment(env, pageEnvironment(running.endpoint, settings));
  /** What Next.js does first, and then the page's calls. */
  const page = `
    import nextEnv from '@next/env';
    import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
    import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
    import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
    import { ListFunctionsCommand, LambdaClient } from '@aws-sdk/client-lambda';
    nextEnv.loadEnvConfig(${JSON.stringify(folder)}, false, { info() {}, error: console.error });
    const { BUCKET_NAME: Bucket, STREAM_NAME: StreamName } = process.env;
    const [identity] = await Promise.all([
      new STSClient({}).send(new GetCallerIdentityCommand({})),
      new S3Client({}).send(new ListObjectsV2Command({ Bucket })),
      new KinesisClient({}).send(new DescribeStreamSummaryCommand({ StreamName })),
      new LambdaClient({}).send(new ListFunctionsCommand({})),
      fetch(process.env.AWS_ENDPOINT_URL + '/_local/health'),
    ]);
    const names = Object.keys(process.env).filter((name) => name.startsWith('AWS_')).sort();
    console.log(JSON.stringify({ account: identity.Account, names, shop: process.env.SHOP }));
    process.exit(0);`;
  const keep = path.join(root, 'infra/local/keep-environment.mjs');
  const { stdout } = await run(process.execPath, ['--import', keep, '--input-type=module', '--eval', page], {
    cwd: root,
    env: { ...own, NODE_ENV: 'production' },
  });
  expect(JSON.parse(stdout)).toEqual({
    account: '000000000000',
    names: Object.keys(own)
      .filter((name) => name.startsWith('AWS_'))
      .sort(),
    shop: 'ours',
  });
});

test('so does the doctor', async () => {
  const doctor = await run(process.execPath, ['--import', 'tsx', 'infra/doctor/doctor.ts'], {
    cwd: root,
    env: { ...env, LOCAL_DATA_DIR: path.join(folder, 'data'), WINDOW_SECONDS: '1' },
  });
  expect(doctor.stdout).toContain('All is well.');
});
