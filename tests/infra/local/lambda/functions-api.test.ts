import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  InvokeCommand,
  type LambdaClient,
  LambdaServiceException,
  ListFunctionsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { FunctionStore } from '../../../../infra/local/lambda/functions/function-store.ts';
import { fixture, functionOf, openLambda, openPool, regional } from './local-lambda.ts';

// Processes start in these: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let local: Awaited<ReturnType<typeof openLambda>>;
let client: LambdaClient;
beforeAll(async () => {
  local = await openLambda([functionOf('of-this-machine')]);
  client = local.client;
});
afterAll(() => local.close());

const zip = (files: Readonly<Record<string, string | Uint8Array>>) =>
  zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [
        name,
        typeof content === 'string' ? new TextEncoder().encode(content) : content,
      ]),
    ),
  );
const node = (answer: string) => zip({ 'index.mjs': `export const handler = async (event) => (${answer});` });
const Role = 'arn:aws:iam::000000000000:role/anything';

const create = (FunctionName: string, more: Partial<CreateFunctionCommandInput> = {}) =>
  client.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role,
      Code: { ZipFile: node('1') },
      ...more,
    }),
  );
const get = (FunctionName: string, Qualifier?: string) =>
  client.send(new GetFunctionCommand({ FunctionName, ...(Qualifier === undefined ? {} : { Qualifier }) }));

async function answerOf(FunctionName: string, event: unknown = {}, by = client) {
  const { Payload, FunctionError, ExecutedVersion } = await by.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
  );
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString());
  if (FunctionError !== undefined) throw new Error(JSON.stringify(answer));
  return { answer, version: ExecutedVersion };
}

async function refusal(sent: Promise<unknown>) {
  const error = await sent.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof LambdaServiceException)) throw new Error(`Expected a refusal, got ${String(error)}`);
  return { name: error.name, status: error.$metadata.httpStatusCode, message: error.message };
}

describe('CreateFunction', () => {
  test('makes a Node.js function of an inline zip, which can be invoked and described', async () => {
    const made = await create('inline', {
      Code: { ZipFile: node('[event, process.env.LETTER]') },
      Environment: { Variables: { LETTER: 'a' } },
      Timeout: 7,
      MemorySize: 256,
      Tags: { team: 'sales' },
    });
    expect(made).toMatchObject({
      $metadata: { httpStatusCode: 201 },
      FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:inline',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role,
      Version: '$LATEST',
      Timeout: 7,
      MemorySize: 256,
      State: 'Pending',
    });
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 10 }, { FunctionName: 'inline' });
    expect((await answerOf('inline', 2)).answer).toEqual([2, 'a']);
    const { Configuration, Tags } = await get('inline');
    expect(Configuration).toMatchObject({
      State: 'Active',
      CodeSha256: made.CodeSha256,
      CodeSize: made.CodeSize,
    });
    expect(Tags).toEqual({ team: 'sales' });
  });

  test('takes a name of 64 characters, and no longer one', async () => {
    expect(await create('n'.repeat(64))).toMatchObject({ FunctionName: 'n'.repeat(64) });
    const name = 'n'.repeat(65);
    expect(await refusal(create(name))).toMatchObject({
      name: 'ValidationException',
      status: 400,
      message: `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    });
  });

  test('takes a package from the local bucket', async () => {
    local.objects.set('code/f.zip', Buffer.from(node('"of the bucket"')));
    await create('of-bucket', { Code: { S3Bucket: 'code', S3Key: 'f.zip' } });
    expect((await answerOf('of-bucket')).answer).toBe('of the bucket');
    expect(await refusal(create('nowhere', { Code: { S3Bucket: 'code', S3Key: 'none.zip' } }))).toMatchObject(
      {
        name: 'InvalidParameterValueException',
        message: expect.stringContaining('S3 Error Code: NoSuchKey'),
      },
    );
  });

  test('runs Python, with the modules of its package', async () => {
    await create('python', {
      Runtime: 'python3.13',
      Handler: 'app/main.lambda_handler',
      Code: {
        ZipFile: zip({
          'shared.py': 'LETTER = "b"',
          'app/main.py':
            'import shared\ndef lambda_handler(event, context):\n    return [event, shared.LETTER, context.function_name]\n',
        }),
      },
    });
    expect((await answerOf('python', 3)).answer).toEqual([3, 'b', 'python']);
  });

  test('runs the bootstrap of a custom runtime', async () => {
    const bootstrap = await readFile(fixture('bash-runtime.sh'));
    await create('custom', {
      Runtime: 'provided.al2023',
      Handler: 'any.thing',
      Code: { ZipFile: zip({ bootstrap }) },
    });
    expect((await answerOf('custom', 'x')).answer).toEqual({ count: 1, event: 'x' });
  });

  test('finds handlers in folders, below another name, and in CommonJS', async () => {
    await create('nested', {
      Handler: 'src/app.handlers.consume',
      Code: { ZipFile: zip({ 'src/app.js': 'exports.handlers = { consume: async () => "nested" };' }) },
    });
    expect((await answerOf('nested')).answer).toBe('nested');
  });

  test.each([
    [
      'a name that is taken',
      { FunctionName: 'of-this-machine' },
      'ResourceConflictException',
      /^Function already exist: of-this-machine$/,
    ],
    [
      'no zip',
      { Code: { ZipFile: Buffer.from('not a zip') } },
      'InvalidParameterValueException',
      /^Could not unzip uploaded file\./,
    ],
    [
      'an empty zip',
      { Code: { ZipFile: Buffer.alloc(0) } },
      'InvalidParameterValueException',
      /^Uploaded file must be a non-empty zip$/,
    ],
    [
      'no code',
      { Code: {} },
      'InvalidParameterValueException',
      /^Please provide a source for function code\.$/,
    ],
    ['an image', { Code: { ImageUri: 'x' } }, 'InvalidParameterValueException', /no container images/],
    [
      'an image, which has no runtime and no handler',
      { PackageType: 'Image' as const, Runtime: undefined, Handler: undefined, Code: { ImageUri: 'x' } },
      'InvalidParameterValueException',
      /^The local runtime runs zip packages, and no container images\.$/,
    ],
    [
      'paths out of the package',
      { Code: { ZipFile: zip({ '../x.js': '1' }) } },
      'InvalidParameterValueException',
      /paths within the package/,
    ],
    [
      'layers',
      { Layers: ['arn:aws:lambda:us-east-1:000000000000:layer:l:1'] },
      'InvalidParameterValueException',
      /^The local runtime has no Layers for a function\.$/,
    ],
    [
      'a queue for what fails',
      { DeadLetterConfig: { TargetArn: 'arn:aws:sqs:us-east-1:000000000000:q' } },
      'InvalidParameterValueException',
      /^The local runtime has no DeadLetterConfig for a function\.$/,
    ],
    [
      'another runtime',
      { Runtime: 'java21' as const },
      'InvalidParameterValueException',
      /runs nodejs\*, python\* and provided\*, got java21/,
    ],
    [
      'no runtime',
      { Runtime: undefined },
      'InvalidParameterValueException',
      /^Runtime and Handler are mandatory/,
    ],
    [
      'no role',
      { Role: undefined },
      'ValidationException',
      /at 'role' failed to satisfy constraint: Member must not be null$/,
    ],
    [
      'a time-out of 901 s',
      { Timeout: 901 },
      'ValidationException',
      /'901' at 'timeout'.* less than or equal to 900$/,
    ],
    [
      'a variable of Lambda',
      { Environment: { Variables: { AWS_REGION: 'x' } } },
      'InvalidParameterValueException',
      /Reserved keys used in this request: AWS_REGION$/,
    ],
  ])('refuses %s', async (_, more, name, message) => {
    const refused = await refusal(create('refused', more));
    expect(refused).toMatchObject({ name, message: expect.stringMatching(message) });
  });

  test('whose handler is not in the package is made, and says so when it is invoked', async () => {
    await create('no-handler', { Handler: 'other.handler' });
    await expect(answerOf('no-handler')).rejects.toThrow(
      /Runtime\.ImportModuleError.*Cannot find module 'other'/,
    );
  });
});

describe('what is made can be changed', () => {
  test('by other code, which the next invocation runs', async () => {
    await create('changing');
    const before = await get('changing');
    expect((await answerOf('changing')).answer).toBe(1);
    const changed = await client.send(
      new UpdateFunctionCodeCommand({ FunctionName: 'changing', ZipFile: node('2') }),
    );
    expect(changed.CodeSha256).not.toBe(before.Configuration?.CodeSha256);
    expect((await answerOf('changing')).answer).toBe(2);
    expect(
      await refusal(
        client.send(
          new UpdateFunctionCodeCommand({
            FunctionName: 'changing',
            ZipFile: node('3'),
            RevisionId: before.Configuration?.RevisionId,
          }),
        ),
      ),
    ).toMatchObject({ name: 'PreconditionFailedException', status: 412 });
  });

  test('by another configuration', async () => {
    await create('configured', { Code: { ZipFile: node('process.env.LETTER') } });
    await client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'configured',
        Environment: { Variables: { LETTER: 'z' } },
        Timeout: 9,
      }),
    );
    expect((await answerOf('configured')).answer).toBe('z');
    expect((await get('configured')).Configuration).toMatchObject({ Timeout: 9, MemorySize: 128 });
  });

  test('and deleted, with all its versions', async () => {
    await create('gone', { Publish: true });
    await client.send(new DeleteFunctionCommand({ FunctionName: 'gone' }));
    for (const sent of [get('gone'), get('gone', '1'), answerOf('gone')]) {
      expect(await refusal(sent)).toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
    }
  });

  test('but not a function that runs from a file of this machine', async () => {
    expect(
      await refusal(client.send(new DeleteFunctionCommand({ FunctionName: 'of-this-machine' }))),
    ).toMatchObject({ message: expect.stringContaining('runs from a file of this machine') });
  });

  test('while an invocation is under way: that one ends with the code that it began with', async () => {
    await create('busy', {
      Code: { ZipFile: node('new Promise((done) => setTimeout(done, 1_000, "old"))') },
    });
    await answerOf('busy');
    const running = answerOf('busy');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'busy', ZipFile: node('"new"') }));
    expect((await answerOf('busy')).answer).toBe('new');
    expect((await running).answer).toBe('old');
  });
});

describe('versions and aliases', () => {
  test('a version stays as it was published, and an alias moves', async () => {
    await create('versioned', { Code: { ZipFile: node('"one"') } });
    const publish = () => client.send(new PublishVersionCommand({ FunctionName: 'versioned' }));
    expect(await publish()).toMatchObject({
      Version: '1',
      FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:versioned:1',
    });
    expect((await publish()).Version).toBe('1'); // nothing has changed
    const alias = { FunctionName: 'versioned', Name: 'refused', FunctionVersion: '1' };
    const RoutingConfig = { AdditionalVersionWeights: { 2: 0.5 } };
    await expect(client.send(new CreateAliasCommand({ ...alias, RoutingConfig }))).rejects.toThrow(
      'The local runtime has no RoutingConfig for an alias.',
    );
    await expect(
      client.send(new CreateAliasCommand({ ...alias, Description: 'x'.repeat(257) })),
    ).rejects.toThrow(/at 'description' failed to satisfy constraint: .* less than or equal to 256$/);
    await client.send(
      new CreateAliasCommand({ FunctionName: 'versioned', Name: 'live', FunctionVersion: '1' }),
    );
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'versioned', ZipFile: node('"two"') }));
    expect((await publish()).Version).toBe('2');
    expect(await answerOf('versioned')).toEqual({ answer: 'two', version: '$LATEST' });
    expect(await answerOf('versioned:1')).toEqual({ answer: 'one', version: '1' });
    expect(await answerOf('versioned:live')).toEqual({ answer: 'one', version: '1' });
    await client.send(
      new UpdateAliasCommand({ FunctionName: 'versioned', Name: 'live', FunctionVersion: '2' }),
    );
    expect(await answerOf('versioned:live')).toEqual({ answer: 'two', version: '2' });
    const { Versions = [] } = await client.send(
      new ListVersionsByFunctionCommand({ FunctionName: 'versioned' }),
    );
    expect(Versions.map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2']);
    await client.send(new DeleteAliasCommand({ FunctionName: 'versioned', Name: 'live' }));
    expect(
      await refusal(client.send(new GetAliasCommand({ FunctionName: 'versioned', Name: 'live' }))),
    ).toMatchObject({
      message: 'Cannot find alias arn: arn:aws:lambda:us-east-1:000000000000:function:versioned:live',
    });
  });
});

test('tags are listed, added and taken away', async () => {
  const { FunctionArn: Resource } = await create('tagged', { Tags: { a: '1', b: '2' } });
  const tags = async () => (await client.send(new ListTagsCommand({ Resource }))).Tags;
  await client.send(new TagResourceCommand({ Resource, Tags: { b: '3', 'c d': 'ä' } }));
  expect(await tags()).toEqual({ a: '1', b: '3', 'c d': 'ä' });
  await client.send(new UntagResourceCommand({ Resource, TagKeys: ['a', 'c d'] }));
  expect(await tags()).toEqual({ b: '3' });
});

test('functions survive a restart: code, versions, aliases, tags and concurrency', async () => {
  const opened = await openPool([]);
  const dataDir = `${opened.cacheDir}/data`;
  const settings = {
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    role: Role,
    description: '',
    timeoutSeconds: 3,
    memoryMb: 128,
    environment: {},
    loggingFormat: 'Text' as const,
    logGroupName: '/aws/lambda/kept',
  };
  const first = regional(opened, dataDir).in('us-east-1');
  first.created.create('kept', settings, Buffer.from(node('"one"')), { team: 'sales' });
  first.created.publish('kept', null);
  first.created.setAlias('kept', { name: 'live', version: '1', description: '' });
  first.created.updateCode('kept', Buffer.from(node('"two"')));
  first.pool.reserveConcurrency('kept', 5);
  first.created.keepWhatPoolHas('kept');
  await opened.pool.close();

  const again = await openPool([]);
  const { pool } = regional(again, dataDir).in('us-east-1');
  expect(await pool.invoke('kept', '{}')).toMatchObject({ payload: '"two"' });
  expect(await pool.invoke('kept:live', '{}')).toMatchObject({ payload: '"one"' });
  expect(pool.tags('kept')).toEqual({ team: 'sales' });
  expect(pool.reservedConcurrency('kept')).toBe(5);
  await again.close();
  await opened.close();
});

test('a function.json that cannot be read is named at the start', async () => {
  const opened = await openPool([]);
  const store = new FunctionStore(`${opened.cacheDir}/functions`);
  const { mkdir, writeFile } = await import('node:fs/promises');
  await mkdir(`${opened.cacheDir}/functions/f`, { recursive: true });
  await writeFile(`${opened.cacheDir}/functions/f/function.json`, '{');
  expect(() => store.functions()).toThrow(/functions\/f\/function\.json to describe a function/);
  await opened.close();
  await rm(opened.cacheDir, { recursive: true, force: true });
});

describe('a function.json', () => {
  let folder: string;
  let store: FunctionStore;
  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(tmpdir(), 'functions-')), 'functions');
    store = new FunctionStore(folder);
    const code = store.unpack('f', Buffer.from(zip({ 'index.mjs': 'export const handler = () => 1;' })));
    const settings = {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      role: 'r',
      description: '',
      timeoutSeconds: 3,
      memoryMb: 128,
      environment: {},
      loggingFormat: 'Text',
      logGroupName: 'g',
    } as const;
    const latest = { version: '$LATEST', settings, code, modifiedMs: 0 };
    store.save({ name: 'f', latest, versions: [], aliases: [], tags: {}, reservedConcurrency: null });
  });
  afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }));

  test('that is gone, or has one bit that is another, stops the start; the code stays', async () => {
    const file = path.join(folder, 'f', 'function.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"timeoutSeconds": 3', '"timeoutSeconds": 7'));
    expect(() => store.functions()).toThrow(`Expected ${file} to describe a function, got: BrokenSealError`);
    await rm(file);
    for (let start = 0; start < 2; start += 1) {
      expect(() => store.functions()).toThrow(
        /f\/function\.json to describe a function, got: Error: ENOENT.*Restore the file, or delete its folder: the function is lost then\./,
      );
    }
    expect(await readdir(path.join(folder, 'f'))).toEqual([expect.stringMatching(/^code-/)]);
    await writeFile(file, text);
    expect(store.functions().map(({ name }) => name)).toEqual(['f']);
  });

  test('that never came, or went with a deletion that a kill cut off, is no function, and leaves nothing', async () => {
    store.unpack('g', Buffer.from(zip({ 'index.mjs': '' })));
    expect(store.functions().map(({ name }) => name)).toEqual(['f']);
    await writeFile(path.join(folder, 'f', 'unfinished'), '');
    expect(store.functions()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });
});

test('a region is a namespace of its own', async () => {
  const { LambdaClient } = await import('@aws-sdk/client-lambda');
  const west = new LambdaClient({
    endpoint: local.url,
    region: 'us-west-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const made = await west.send(
    new CreateFunctionCommand({
      FunctionName: 'western',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role,
      Code: { ZipFile: node('process.env.AWS_REGION') },
    }),
  );
  expect(made.FunctionArn).toBe('arn:aws:lambda:us-west-2:000000000000:function:western');
  expect((await answerOf('western', {}, west)).answer).toBe('us-west-2');
  expect(await refusal(get('western'))).toMatchObject({ name: 'ResourceNotFoundException' });
  const names = (await west.send(new ListFunctionsCommand({}))).Functions?.map(
    ({ FunctionName }) => FunctionName,
  );
  expect(names).toEqual(['western']);
  await west.send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'western', ReservedConcurrentExecutions: 1 }),
  );
});
