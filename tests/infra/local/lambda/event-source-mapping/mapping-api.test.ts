import { PutRecordCommand, RegisterStreamConsumerCommand } from '@aws-sdk/client-kinesis';
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  LambdaServiceException,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openLocalMappings } from './local-mappings.ts';

let local: Awaited<ReturnType<typeof openLocalMappings>>;
const streamArn = (name: string) => `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`;
const functionArn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

beforeAll(async () => {
  local = await openLocalMappings();
  for (const streamName of ['letters', 'numbers']) {
    local.streams.home.ensure({ streamName, shardCount: 1, retentionHours: 24 });
  }
});
afterAll(() => local.close());

/** Every test begins without mappings. */
afterEach(async () => {
  await eventually(async () => {
    const { EventSourceMappings = [] } = await local.lambda.send(new ListEventSourceMappingsCommand({}));
    for (const { UUID } of EventSourceMappings) {
      await local.lambda.send(new DeleteEventSourceMappingCommand({ UUID })).catch(() => undefined);
    }
    expect(EventSourceMappings).toEqual([]);
  });
});

const base = {
  FunctionName: 'writer',
  EventSourceArn: streamArn('letters'),
  StartingPosition: 'TRIM_HORIZON' as const,
};
const create = (input: Partial<CreateEventSourceMappingCommandInput> = {}) =>
  local.lambda.send(new CreateEventSourceMappingCommand({ ...base, ...input }));
const update = (input: UpdateEventSourceMappingCommandInput) =>
  local.lambda.send(new UpdateEventSourceMappingCommand(input));
const get = (UUID: string | undefined) => local.lambda.send(new GetEventSourceMappingCommand({ UUID }));
const reaches = (UUID: string | undefined, State: string) =>
  eventually(async () => expect((await get(UUID)).State).toBe(State));
/** Waits until it holds; how long a busy machine takes is no matter. */
const eventually = (holds: () => void | Promise<void>) => vi.waitFor(holds, { timeout: 15_000 });
const put = (StreamName: string, letter: string) =>
  local.kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: 'key', Data: Buffer.from(letter) }));

async function refusal(sent: Promise<unknown>) {
  const error = await sent.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof LambdaServiceException)) throw new Error(`Expected a refusal, got ${String(error)}`);
  return { name: error.name, status: error.$metadata.httpStatusCode, message: error.message };
}

describe('CreateEventSourceMapping', () => {
  test("answers 202 with AWS's defaults for a stream, and nothing else", async () => {
    const { $metadata, UUID, LastModified, EventSourceMappingArn, ...rest } = await create();
    expect($metadata.httpStatusCode).toBe(202);
    expect(UUID).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    expect(EventSourceMappingArn).toBe(`arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${UUID}`);
    expect(LastModified).toBeInstanceOf(Date);
    expect(rest).toEqual({
      BatchSize: 100,
      BisectBatchOnFunctionError: false,
      DestinationConfig: { OnFailure: {} },
      EventSourceArn: streamArn('letters'),
      FunctionArn: functionArn('writer'),
      FunctionResponseTypes: [],
      LastProcessingResult: 'No records processed',
      MaximumBatchingWindowInSeconds: 0,
      MaximumRecordAgeInSeconds: -1,
      MaximumRetryAttempts: -1,
      ParallelizationFactor: 1,
      StartingPosition: 'TRIM_HORIZON',
      State: 'Creating',
      StateTransitionReason: 'User action',
      TumblingWindowInSeconds: 0,
    });
    await reaches(UUID, 'Enabled');
  });

  test('keeps every setting that it is given', async () => {
    const settings = {
      BatchSize: 10_000,
      BisectBatchOnFunctionError: true,
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } },
      FunctionResponseTypes: ['ReportBatchItemFailures' as const],
      MaximumBatchingWindowInSeconds: 300,
      MaximumRecordAgeInSeconds: 604_800,
      MaximumRetryAttempts: 10_000,
      ParallelizationFactor: 1,
      TumblingWindowInSeconds: 900,
      StartingPosition: 'AT_TIMESTAMP' as const,
      StartingPositionTimestamp: new Date(1_767_268_800_500),
    };
    const { UUID } = await create({ ...settings, Enabled: false });
    await reaches(UUID, 'Disabled');
    expect(await get(UUID)).toMatchObject(settings);
  });

  test.each([
    ['writer', functionArn('writer')],
    ['writer:$LATEST', functionArn('writer:$LATEST')],
    ['000000000000:function:writer', functionArn('writer')],
    [functionArn('writer'), functionArn('writer')],
  ])('takes the function by name or ARN: %s', async (FunctionName, FunctionArn) => {
    expect(await create({ FunctionName })).toMatchObject({ FunctionArn });
  });

  const between = (name: string, value: number, bound: string) =>
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must have value ${bound}`;

  test.each([
    ['BatchSize', 0, 'greater than or equal to 1'],
    ['BatchSize', 10_001, 'less than or equal to 10000'],
    ['MaximumBatchingWindowInSeconds', -1, 'greater than or equal to 0'],
    ['MaximumBatchingWindowInSeconds', 301, 'less than or equal to 300'],
    ['ParallelizationFactor', 0, 'greater than or equal to 1'],
    ['ParallelizationFactor', 11, 'less than or equal to 10'],
    ['MaximumRecordAgeInSeconds', -2, 'greater than or equal to -1'],
    ['MaximumRecordAgeInSeconds', 604_801, 'less than or equal to 604800'],
    ['MaximumRetryAttempts', -2, 'greater than or equal to -1'],
    ['MaximumRetryAttempts', 10_001, 'less than or equal to 10000'],
    ['TumblingWindowInSeconds', -1, 'greater than or equal to 0'],
    ['TumblingWindowInSeconds', 901, 'less than or equal to 900'],
  ])('%s is refused at %d', async (name, value, bound) => {
    const expected = {
      name: 'ValidationException',
      status: 400,
      message: between(name.charAt(0).toLowerCase() + name.slice(1), value, bound),
    };
    expect(await refusal(create({ [name]: value }))).toEqual(expected);
    const { UUID } = await create({ Enabled: false });
    await reaches(UUID, 'Disabled');
    expect(await refusal(update({ UUID, [name]: value }))).toEqual(expected);
  });

  test.each([
    [{ EventSourceArn: undefined }, 'Unrecognized event source.'],
    [{ FunctionName: 'absent' }, 'Function does not exist'],
    [{ EventSourceArn: streamArn('absent') }, `Stream not found: ${streamArn('absent')}`],
    [
      { EventSourceArn: `${streamArn('letters')}/consumer/absent:1` },
      `Stream not found: ${streamArn('letters')}/consumer/absent:1`,
    ],
    [
      { StartingPosition: undefined },
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
    ],
    [{ StartingPosition: 'AT_TIMESTAMP' as const }, 'Need to specify a timestamp'],
    [
      { StartingPosition: 'AT_TIMESTAMP' as const, StartingPositionTimestamp: new Date(32_503_680_000_000) },
      'StartingPositionTimestamp must not be in the future.',
    ],
    [
      { StartingPositionTimestamp: new Date(0) },
      'StartingPositionTimestamp is only allowed with AT_TIMESTAMP.',
    ],
    [
      { MaximumRecordAgeInSeconds: 59 },
      'MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)',
    ],
    [
      { TumblingWindowInSeconds: 10, ParallelizationFactor: 2 },
      'ParallelizationFactor must be 1 together with TumblingWindowInSeconds, got 2.',
    ],
    [
      { TumblingWindowInSeconds: 10, FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":[1]}}' }] } },
      'FilterCriteria is not supported together with TumblingWindowInSeconds.',
    ],
    [{ FilterCriteria: { Filters: [{ Pattern: 'data' }] } }, 'Invalid filter pattern definition.'],
    [
      { DestinationConfig: { OnSuccess: { Destination: 'arn:aws:s3:::bucket' } } },
      'Unsupported DestinationConfig parameter for given event source mapping type.',
    ],
    [
      { EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:queue' },
      'Unrecognized event source, must be a kinesis stream. Unsupported source arn : arn:aws:sqs:us-east-1:000000000000:queue',
    ],
  ])('is refused by its meaning: %o', async (input, message) => {
    expect(await refusal(create(input))).toEqual({
      name: 'InvalidParameterValueException',
      status: 400,
      message,
    });
  });

  test('empty filters are taken, also with windows, and are not shown', async () => {
    const created = await create({ TumblingWindowInSeconds: 10, FilterCriteria: { Filters: [] } });
    expect(created).toMatchObject({ State: 'Creating' });
    expect(created).not.toHaveProperty('FilterCriteria');
  });

  test('keeps what has no effect here: metrics, key and log level', async () => {
    const kept = {
      MetricsConfig: { Metrics: ['EventCount' as const] },
      KMSKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/a',
      LoggingConfig: { SystemLogLevel: 'INFO' as const },
    };
    const { UUID } = await create(kept);
    expect(await get(UUID)).toMatchObject(kept);
    await reaches(UUID, 'Enabled');
    await update({ UUID, MetricsConfig: { Metrics: [] } });
    expect(await get(UUID)).toMatchObject({ ...kept, MetricsConfig: { Metrics: [] } });
  });

  test('tags are kept, listed, added and taken away, and are no part of the configuration', async () => {
    const { UUID, EventSourceMappingArn: Resource } = await create({ Tags: { team: 'sales', stage: 'dev' } });
    const tags = async () => (await local.lambda.send(new ListTagsCommand({ Resource }))).Tags;
    expect(await tags()).toEqual({ team: 'sales', stage: 'dev' });
    await local.lambda.send(new TagResourceCommand({ Resource, Tags: { stage: 'prod', more: '' } }));
    await local.lambda.send(new UntagResourceCommand({ Resource, TagKeys: ['team'] }));
    expect(await tags()).toEqual({ stage: 'prod', more: '' });
    expect(await get(UUID)).not.toHaveProperty('Tags');
    expect(await refusal(create({ Tags: { 'aws:x': '1' } }))).toMatchObject({
      name: 'InvalidParameterValueException',
    });
    expect(
      await refusal(
        local.lambda.send(
          new ListTagsCommand({ Resource: `${Resource?.slice(0, -36)}00000000-0000-4000-8000-000000000000` }),
        ),
      ),
    ).toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
  });

  test('a member that nobody knows is refused, not dropped', async () => {
    const response = await fetch(`${local.url}/2015-03-31/event-source-mappings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...base, ParallelisationFactor: 1 }),
    });
    expect(response.status).toBe(400);
    expect((await response.json()).message ?? '').toContain("'ParallelisationFactor'");
  });

  test('a mapping is of its region: of a stream and a function there, and not to be seen from another', async () => {
    const west = new LambdaClient({
      endpoint: local.url,
      region: 'us-west-2',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    const { UUID } = await create();
    expect(await refusal(west.send(new GetEventSourceMappingCommand({ UUID })))).toMatchObject({
      name: 'ResourceNotFoundException',
    });
    expect((await west.send(new ListEventSourceMappingsCommand({}))).EventSourceMappings).toEqual([]);
    expect(await refusal(west.send(new CreateEventSourceMappingCommand(base)))).toMatchObject({
      message: 'Function does not exist',
    });
  });

  test('a mapping has at most ten filters of 4,096 characters each', async () => {
    const pattern = (length: number) => `{"data":{"a":["${'x'.repeat(length - 19)}"]}}`;
    expect(pattern(4_096)).toHaveLength(4_096);
    const filters = (count: number, length: number) =>
      create({ FilterCriteria: { Filters: Array(count).fill({ Pattern: pattern(length) }) } });
    const { UUID } = await filters(10, 4_096);
    expect((await get(UUID)).FilterCriteria?.Filters).toHaveLength(10);
    expect(await refusal(filters(11, 30))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(
        /^1 validation error detected: Value '\[Filter\(pattern=.*' at 'filterCriteria\.filters' failed to satisfy constraint: Member must have length less than or equal to 10$/,
      ),
    });
    expect(await refusal(filters(1, 4_097))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(
        /at 'filterCriteria\.filters\.1\.member\.pattern' failed to satisfy constraint: Member must have length less than or equal to 4096$/,
      ),
    });
  });

  test('filters are kept, until an update clears them or a window forbids them', async () => {
    const FilterCriteria = { Filters: [{ Pattern: '{"data":{"type":["sale"]}}' }] };
    const { UUID } = await create({ FilterCriteria });
    await reaches(UUID, 'Enabled');
    expect((await update({ UUID, BatchSize: 3 })).FilterCriteria).toEqual(FilterCriteria);
    await reaches(UUID, 'Enabled');
    expect((await refusal(update({ UUID, TumblingWindowInSeconds: 10 }))).message).toBe(
      'FilterCriteria is not supported together with TumblingWindowInSeconds.',
    );
    expect(await update({ UUID, FilterCriteria: {} })).not.toHaveProperty('FilterCriteria');
    await reaches(UUID, 'Enabled');
  });

  test('a second mapping of the same stream and function is a conflict', async () => {
    const { UUID } = await create();
    expect(await refusal(create({ StartingPosition: 'LATEST' }))).toEqual({
      name: 'ResourceConflictException',
      status: 409,
      message: `The event source arn (" ${streamArn('letters')} ") and function (" writer ") provided mapping already exists. Please update or delete the existing mapping with UUID ${UUID}`,
    });
  });
});

describe('UpdateEventSourceMapping', () => {
  test('answers 202 with the new settings and the state on the way there', async () => {
    const { UUID, LastModified } = await create({ TumblingWindowInSeconds: 10 });
    await reaches(UUID, 'Enabled');
    const updated = await update({ UUID, BatchSize: 7, TumblingWindowInSeconds: 0 });
    expect(updated).toMatchObject({
      $metadata: { httpStatusCode: 202 },
      State: 'Updating',
      BatchSize: 7,
      TumblingWindowInSeconds: 0,
      StartingPosition: 'TRIM_HORIZON',
    });
    expect(updated.LastModified?.getTime()).toBeGreaterThanOrEqual(LastModified?.getTime() ?? Infinity);
    await reaches(UUID, 'Enabled');
    expect((await update({ UUID, Enabled: false })).State).toBe('Disabling');
    await reaches(UUID, 'Disabled');
    expect((await update({ UUID, Enabled: true })).State).toBe('Enabling');
    await reaches(UUID, 'Enabled');
    expect((await get(UUID)).BatchSize).toBe(7);
  });

  test.each([
    [{ FunctionName: 'absent' }, 'Function does not exist'],
    [
      { ParallelizationFactor: 2 },
      'ParallelizationFactor must be 1 together with TumblingWindowInSeconds, got 2.',
    ],
    [
      { MaximumRecordAgeInSeconds: 0 },
      'MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)',
    ],
  ])('is refused by its meaning, and changes nothing: %o', async (input, message) => {
    const { UUID } = await create({ TumblingWindowInSeconds: 10 });
    await reaches(UUID, 'Enabled');
    const before = await get(UUID);
    expect(await refusal(update({ UUID, BatchSize: 9, ...input }))).toEqual({
      name: 'InvalidParameterValueException',
      status: 400,
      message,
    });
    expect({ ...(await get(UUID)), $metadata: 0 }).toEqual({ ...before, $metadata: 0 });
  });

  test('moves to another function, unless that one has a mapping of the stream', async () => {
    const { UUID } = await create();
    const { UUID: other } = await create({ FunctionName: 'second' });
    await reaches(UUID, 'Enabled');
    expect((await refusal(update({ UUID, FunctionName: 'second' }))).message).toContain(
      `existing mapping with UUID ${other}`,
    );
    expect(await update({ UUID, FunctionName: 'third' })).toMatchObject({
      FunctionArn: functionArn('third'),
    });
    await reaches(UUID, 'Enabled');
  });

  test('clears the failure destination with an empty one', async () => {
    const { UUID } = await create({
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } },
    });
    await reaches(UUID, 'Enabled');
    expect((await update({ UUID, DestinationConfig: {} })).DestinationConfig).toEqual({ OnFailure: {} });
    await reaches(UUID, 'Enabled');
  });
});

test('an unknown mapping is not found, whatever is asked of it', async () => {
  const UUID = '00000000-0000-4000-8000-000000000000';
  for (const ask of [
    () => get(UUID),
    () => update({ UUID, Enabled: false }),
    () => local.lambda.send(new DeleteEventSourceMappingCommand({ UUID })),
  ]) {
    expect(await refusal(ask())).toEqual({
      name: 'ResourceNotFoundException',
      status: 404,
      message: 'The resource you requested does not exist.',
    });
  }
});

test('a deleted mapping is Deleting, and then not found', async () => {
  const { UUID } = await create();
  await reaches(UUID, 'Enabled');
  expect(await local.lambda.send(new DeleteEventSourceMappingCommand({ UUID }))).toMatchObject({
    $metadata: { httpStatusCode: 202 },
    State: 'Deleting',
    BatchSize: 100,
  });
  await eventually(async () => expect((await refusal(get(UUID))).status).toBe(404));
});

describe('ListEventSourceMappings', () => {
  const list = async (query: object) => {
    const { EventSourceMappings = [], NextMarker } = await local.lambda.send(
      new ListEventSourceMappingsCommand(query),
    );
    return {
      NextMarker,
      pairs: EventSourceMappings.map(
        (one) => `${one.EventSourceArn?.split('/')[1]} ${one.FunctionArn?.split(':')[6]}`,
      ),
    };
  };

  test('answers in the order of creation, by stream, by function, and page by page', async () => {
    await create();
    await create({ FunctionName: 'second' });
    await create({ EventSourceArn: streamArn('numbers') });
    expect((await list({})).pairs).toEqual(['letters writer', 'letters second', 'numbers writer']);
    expect((await list({ EventSourceArn: streamArn('letters') })).pairs).toEqual([
      'letters writer',
      'letters second',
    ]);
    expect((await list({ FunctionName: 'writer' })).pairs).toEqual(['letters writer', 'numbers writer']);
    expect((await list({ FunctionName: 'absent' })).pairs).toEqual([]);
    const first = await list({ MaxItems: 2 });
    expect(first.pairs).toEqual(['letters writer', 'letters second']);
    expect(await list({ MaxItems: 2, Marker: first.NextMarker })).toEqual({
      pairs: ['numbers writer'],
      NextMarker: undefined,
    });
  });
});

test('mappings of several streams and functions run at once, each with windows of its own', async () => {
  await put('letters', 'a');
  await put('numbers', '1');
  const mappings = await Promise.all([
    create({ TumblingWindowInSeconds: 1 }),
    create({ TumblingWindowInSeconds: 2, FunctionName: 'second' }),
    create({ TumblingWindowInSeconds: 1, EventSourceArn: streamArn('numbers') }),
    create({ FunctionName: 'third' }),
  ]);
  const finals = () =>
    local
      .events()
      .filter(({ isFinalInvokeForWindow }) => isFinalInvokeForWindow)
      .map(({ functionName, state, window }) => [
        functionName,
        state?.letters,
        Date.parse(window?.end ?? '') - Date.parse(window?.start ?? ''),
      ]);
  await eventually(() => expect(finals()).toHaveLength(3));
  expect(finals().sort()).toEqual([
    ['second', 'a', 2000],
    ['writer', '1', 1000],
    ['writer', 'a', 1000],
  ]);
  await eventually(() => {
    const plain = local.events().filter(({ functionName }) => functionName === 'third');
    expect(plain.map(({ functionName: _, ...event }) => Object.keys(event))).toEqual([['Records']]);
  });
  for (const { UUID } of mappings) {
    await eventually(async () => expect((await get(UUID)).LastProcessingResult).toBe('OK'));
  }
});

test("a mapping on a consumer's ARN gets its stream's records, and names the consumer in its events", async () => {
  const register = new RegisterStreamConsumerCommand({
    StreamARN: streamArn('numbers'),
    ConsumerName: 'fan-out',
  });
  const { Consumer } = await local.kinesis.send(register);
  const EventSourceArn = Consumer?.ConsumerARN;
  const { EventSourceArn: kept } = await create({ EventSourceArn, FunctionName: 'second' });
  expect(kept).toBe(EventSourceArn);
  await put('numbers', '7');
  await eventually(() => {
    const records = local.events().flatMap((event) => event.Records);
    const own = records.filter((record) => record.eventSourceARN === EventSourceArn);
    expect(own.at(-1)?.kinesis.data).toBe(Buffer.from('7').toString('base64'));
  });
});
