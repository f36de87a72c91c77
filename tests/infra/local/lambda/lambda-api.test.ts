import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type LambdaClient,
  LambdaServiceException,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixture, functionOf, openLambda } from './local-lambda.ts';

let opened: Awaited<ReturnType<typeof openLambda>>;
let client: LambdaClient;
let url: string;

beforeAll(async () => {
  opened = await openLambda([
    functionOf('data_producer_fn', {
      description: 'Puts sales on the stream',
      environment: { STREAM_NAME: 'data_pipe' },
    }),
    functionOf('broken', { handlerFile: fixture('broken-handler.js') }),
    functionOf('structured', { loggingFormat: 'JSON' }),
  ]);
  ({ client, url } = opened);
});
afterAll(() => opened.close());

const name = 'data_producer_fn';
const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const text = (payload: Uint8Array | undefined) => Buffer.from(payload ?? []).toString();
const logText = (encoded: string | undefined) => Buffer.from(encoded ?? '', 'base64').toString();

/** What the SDK makes of a refusal. */
async function refusal(sent: Promise<unknown>) {
  const error = await sent.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof LambdaServiceException)) throw new Error(`Expected a refusal, got ${String(error)}`);
  return { name: error.name, status: error.$metadata.httpStatusCode, message: error.message };
}

describe('Invoke', () => {
  test('answers the payload, the status and the version', async () => {
    const answer = await client.send(
      new InvokeCommand({ FunctionName: name, Payload: '{"answer":{"a":[1]}}' }),
    );
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(answer.LogResult).toBeUndefined();
    expect(text(answer.Payload)).toBe('{"a":[1]}');
  });

  test.each([
    ['its name', name],
    ['its name and version', `${name}:$LATEST`],
    ['its ARN', arn],
    ['its ARN with a version', `${arn}:$LATEST`],
    ['a partial ARN', `000000000000:function:${name}`],
    ['a shorter partial ARN', `function:${name}`],
  ])('finds the function by %s', async (_, FunctionName) => {
    const answer = await client.send(new InvokeCommand({ FunctionName, Payload: '{"answer":1}' }));
    expect(text(answer.Payload)).toBe('1');
  });

  test('without a payload hands on an empty event', async () => {
    const answer = await client.send(new InvokeCommand({ FunctionName: name }));
    expect(JSON.parse(text(answer.Payload)).event).toEqual({});
  });

  test('hands the client context and its own request id to the handler', async () => {
    const answer = await client.send(
      new InvokeCommand({
        FunctionName: name,
        ClientContext: Buffer.from('{"custom":{"foo":"bar"}}').toString('base64'),
      }),
    );
    const { context } = JSON.parse(text(answer.Payload));
    expect(context.clientContext).toEqual({ custom: { foo: 'bar' } });
    expect(context.awsRequestId).toBe(answer.$metadata.requestId);
  });

  test('says that the function failed, and how', async () => {
    const answer = await client.send(new InvokeCommand({ FunctionName: name, Payload: '{"throw":"boom"}' }));
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '$LATEST' });
    expect(JSON.parse(text(answer.Payload))).toMatchObject({ errorType: 'RangeError', errorMessage: 'boom' });
  });

  test('answers the log of the invocation when asked for it', async () => {
    const answer = await client.send(
      new InvokeCommand({
        FunctionName: name,
        LogType: 'Tail',
        Payload: '{"log":["{}"],"write":"raw\\nlines"}',
      }),
    );
    const id = answer.$metadata.requestId;
    expect(logText(answer.LogResult)).toMatch(
      new RegExp(
        `^START RequestId: ${id} Version: \\$LATEST\\n` +
          `\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\\t${id}\\tINFO\\t{}\\n` +
          `raw\\nlines\\n` +
          `END RequestId: ${id}\\n` +
          `REPORT RequestId: ${id}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\tMax Memory Used: \\d+ MB\\t\\n$`,
      ),
    );
  });

  test('answers the last 4 KB of a long log', async () => {
    const answer = await client.send(
      new InvokeCommand({
        FunctionName: name,
        LogType: 'Tail',
        Payload: JSON.stringify({ log: ['first', 'x'.repeat(5_000), 'last'] }),
      }),
    );
    const log = logText(answer.LogResult);
    expect(log.length).toBe(4_096);
    expect(log).toMatch(/xx\n.*\tlast\nEND .*\nREPORT .*\n$/);
  });

  test('logs as JSON when the function is configured so', async () => {
    const answer = await client.send(
      new InvokeCommand({ FunctionName: 'structured', LogType: 'Tail', Payload: '{"log":["text",{"a":1}]}' }),
    );
    const requestId = answer.$metadata.requestId;
    const lines = logText(answer.LogResult)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { type: 'platform.start', record: { requestId, version: '$LATEST' } },
      { level: 'INFO', requestId, message: 'text' },
      { level: 'INFO', requestId, message: { a: 1 } },
      { type: 'platform.report', record: { requestId, status: 'success', metrics: { memorySizeMB: 128 } } },
    ]);
  });

  test('DryRun runs nothing', async () => {
    const before = opened.lines.length;
    const answer = await client.send(new InvokeCommand({ FunctionName: name, InvocationType: 'DryRun' }));
    expect(answer.StatusCode).toBe(204);
    expect(opened.lines.length).toBe(before);
  });

  test('Event answers at once and runs later', async () => {
    const answer = await client.send(
      new InvokeCommand({ FunctionName: name, InvocationType: 'Event', Payload: '{"log":["later"]}' }),
    );
    expect(answer).toMatchObject({ StatusCode: 202 });
    expect(answer.ExecutedVersion).toBeUndefined();
    expect(text(answer.Payload)).toBe('');
    await expect.poll(() => opened.lines.some(({ message }) => message.endsWith('later\n'))).toBe(true);
  });

  test.each([
    [
      { FunctionName: 'absent' },
      404,
      'ResourceNotFoundException',
      `Function not found: ${arn.replace(name, 'absent')}:$LATEST`,
    ],
    [
      { FunctionName: name, Qualifier: '1' },
      404,
      'ResourceNotFoundException',
      `Function not found: ${arn}:1`,
    ],
    [
      { FunctionName: `${arn}:$LATEST`, Qualifier: '1' },
      400,
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
    ],
    [
      { FunctionName: arn.replace('us-east-1', 'eu-west-1') },
      404,
      'ResourceNotFoundException',
      "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    ],
    [
      { FunctionName: 'my-function!' },
      400,
      'ValidationException',
      "1 validation error detected: Value 'my-function!' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
    ],
    [
      { FunctionName: name, Qualifier: 'a'.repeat(129) },
      400,
      'ValidationException',
      `1 validation error detected: Value '${'a'.repeat(129)}' at 'qualifier' failed to satisfy constraint: Member must have length less than or equal to 128`,
    ],
    [
      { FunctionName: name, ClientContext: 'bm8=' },
      400,
      'InvalidRequestContentException',
      'Client context must be a valid Base64-encoded JSON object.',
    ],
    [
      { FunctionName: name, Payload: 'nope' },
      400,
      'InvalidRequestContentException',
      "Could not parse request body into json: Could not parse payload into json: Unrecognized token 'nope': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 5]",
    ],
    [
      { FunctionName: name, Payload: Buffer.from('6e87729e', 'hex') },
      400,
      'InvalidRequestContentException',
      'Could not parse request body into json: Could not parse payload into json: Invalid UTF-8 start byte 0x87\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 3]',
    ],
    [
      { FunctionName: name, Payload: Buffer.alloc(6_291_457, ' ') },
      413,
      'RequestTooLargeException',
      'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    ],
    [
      { FunctionName: name, InvocationType: 'Event' as const, Payload: Buffer.alloc(1_048_577, ' ') },
      413,
      'RequestTooLargeException',
      '1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)',
    ],
  ])('refuses %o', async (input, status, errorName, message) => {
    expect(await refusal(client.send(new InvokeCommand(input)))).toEqual({
      name: errorName,
      status,
      message,
    });
  });

  test('refuses an invocation type that there is not, in the words of the model', async () => {
    const response = await fetch(`${url}/2015-03-31/functions/${name}/invocations`, {
      method: 'POST',
      headers: { 'x-amz-invocation-type': 'Later', 'x-amz-log-type': 'All' },
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('ValidationException');
    expect(await response.json()).toEqual({
      message:
        "2 validation errors detected: Value 'Later' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]; Value 'All' at 'logType' failed to satisfy constraint: Member must satisfy enum value set: [None, Tail]",
    });
  });

  test('carries its answer and errors over bare HTTP as AWS does', async () => {
    const invoked = await fetch(`${url}/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`, {
      method: 'POST',
      body: '{"throw":"boom"}',
    });
    expect(invoked.status).toBe(200);
    expect(invoked.headers.get('content-type')).toBe('application/json');
    expect(invoked.headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(invoked.headers.get('x-amz-executed-version')).toBe('$LATEST');
    expect(invoked.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

    const absent = await fetch(`${url}/2015-03-31/functions/absent/invocations`, { method: 'POST' });
    expect(absent.status).toBe(404);
    expect(absent.headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException');
    expect(await absent.json()).toEqual({
      Type: 'User',
      Message: `Function not found: ${arn.replace(name, 'absent')}:$LATEST`,
    });

    const old = await fetch(`${url}/2014-11-13/functions/${name}/invoke-async/`, {
      method: 'POST',
      body: '{}',
    });
    expect([old.status, await old.json()]).toEqual([202, { Status: 202 }]);
  });
});

describe('functions', () => {
  test('are described with code and configuration', async () => {
    const { Configuration, Code, Concurrency } = await client.send(
      new GetFunctionCommand({ FunctionName: name }),
    );
    expect(Configuration).toMatchObject({
      FunctionName: name,
      FunctionArn: arn,
      Runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
      Role: `arn:aws:iam::000000000000:role/${name}`,
      Handler: 'index.handler',
      Description: 'Puts sales on the stream',
      Timeout: 10,
      MemorySize: 128,
      LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/),
      CodeSha256: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      Version: '$LATEST',
      Environment: { Variables: { STREAM_NAME: 'data_pipe' } },
      RevisionId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      State: 'Active',
      LastUpdateStatus: 'Successful',
      PackageType: 'Zip',
      EphemeralStorage: { Size: 512 },
      LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${name}` },
    });
    expect(Configuration?.CodeSize).toBeGreaterThan(100);
    expect(Code).toMatchObject({
      RepositoryType: 'S3',
      Location: expect.stringMatching(/^file:\/\/.*\.mjs$/),
    });
    expect(Concurrency).toBeUndefined();
  });

  test('carry the qualifier in their ARN when they are asked for with one', async () => {
    const plain = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    const qualified = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: name, Qualifier: '$LATEST' }),
    );
    expect(plain.FunctionArn).toBe(arn);
    expect(qualified.FunctionArn).toBe(`${arn}:$LATEST`);
    expect(qualified.RevisionId).toBe(plain.RevisionId);
  });

  test('that do not bundle are in the state Failed, and say why', async () => {
    const { State, StateReason } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'broken' }),
    );
    expect(State).toBe('Failed');
    expect(StateReason).toContain('Could not resolve "./not-there.js"');
  });

  test('are listed by name, a page at a time', async () => {
    const names = async (Marker?: string) => {
      const page = await client.send(
        new ListFunctionsCommand({ MaxItems: 2, ...(Marker ? { Marker } : {}) }),
      );
      return { names: page.Functions?.map(({ FunctionName }) => FunctionName), marker: page.NextMarker };
    };
    const first = await names();
    expect(first.names).toEqual(['broken', name]);
    expect(await names(first.marker)).toEqual({ names: ['structured'], marker: undefined });
    const all = await client.send(new ListFunctionsCommand({ FunctionVersion: 'ALL' }));
    expect(all.Functions?.map(({ FunctionArn }) => FunctionArn)).toContain(`${arn}:$LATEST`);
  });

  test.each([
    [new GetFunctionCommand({ FunctionName: 'absent' })],
    [new GetFunctionConfigurationCommand({ FunctionName: 'absent' })],
    [new GetFunctionConcurrencyCommand({ FunctionName: 'absent' })],
    [new DeleteFunctionConcurrencyCommand({ FunctionName: 'absent' })],
  ])('that do not exist are not found (%#)', async (command) => {
    // Each command is sent by itself: their union is not one that the client's overloads take.
    const sent = client.send(command as GetFunctionCommand);
    expect(await refusal(sent)).toEqual({
      name: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: ${arn.replace(name, 'absent')}`,
    });
  });

  test.each([
    [
      'MaxItems=0',
      "Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      'MaxItems=10001',
      "Value '10001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 10000",
    ],
    [
      'FunctionVersion=NONE',
      "Value 'NONE' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: [ALL]",
    ],
  ])('are not listed with %s', async (query, violation) => {
    const response = await fetch(`${url}/2015-03-31/functions/?${query}`);
    expect([response.status, await response.json()]).toEqual([
      400,
      { message: `1 validation error detected: ${violation}` },
    ]);
  });
});

describe('reserved concurrency', () => {
  const put = (ReservedConcurrentExecutions: number, FunctionName = name) =>
    client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));

  test('of 0 stops the function until it is taken away', async () => {
    expect(await put(0)).toMatchObject({ ReservedConcurrentExecutions: 0 });
    expect(await client.send(new GetFunctionConcurrencyCommand({ FunctionName: name }))).toMatchObject({
      ReservedConcurrentExecutions: 0,
    });
    const response = await fetch(`${url}/2015-03-31/functions/${name}/invocations`, { method: 'POST' });
    expect(response.status).toBe(429);
    expect(response.headers.get('x-amzn-errortype')).toBe('TooManyRequestsException');
    expect(await response.json()).toEqual({
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      Type: 'User',
      message: 'Rate Exceeded.',
    });
    const deleted = await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: name }));
    expect(deleted.$metadata.httpStatusCode).toBe(204);
    const none = await client.send(new GetFunctionConcurrencyCommand({ FunctionName: name }));
    expect(none.ReservedConcurrentExecutions).toBeUndefined();
    expect((await client.send(new InvokeCommand({ FunctionName: name }))).StatusCode).toBe(200);
  });

  test('is part of the function and of the account', async () => {
    await put(15);
    const { Concurrency } = await client.send(new GetFunctionCommand({ FunctionName: name }));
    expect(Concurrency).toEqual({ ReservedConcurrentExecutions: 15 });
    const { AccountLimit, AccountUsage } = await client.send(new GetAccountSettingsCommand({}));
    expect(AccountLimit).toEqual({
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: 1_000,
      UnreservedConcurrentExecutions: 985,
    });
    expect(AccountUsage?.FunctionCount).toBe(3);
    await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: name }));
  });

  test('leaves at least 100 to the others', async () => {
    expect(await put(900)).toMatchObject({ ReservedConcurrentExecutions: 900 });
    expect(await refusal(put(901))).toEqual({
      name: 'InvalidParameterValueException',
      status: 400,
      message:
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
    });
    await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: name }));
  });

  test('belongs to a function that exists, not to a version', async () => {
    expect(await refusal(put(1, 'absent'))).toMatchObject({
      message: `Function not found: ${arn.replace(name, 'absent')}:$LATEST`,
    });
    expect(await refusal(put(1, `${arn}:$LATEST`))).toEqual({
      name: 'InvalidParameterValueException',
      status: 400,
      message:
        'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
    });
  });

  test.each([
    [
      '{}',
      'ValidationException',
      "1 validation error detected: Value null at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must not be null",
    ],
    [
      '{"ReservedConcurrentExecutions":-1}',
      'ValidationException',
      "1 validation error detected: Value '-1' at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 0",
    ],
    [
      '{"ReservedConcurrentExecutions":"1"}',
      'SerializationException',
      'STRING_VALUE can not be converted to an Integer',
    ],
  ])('is a whole number: %s is refused', async (body, type, message) => {
    const response = await fetch(`${url}/2017-10-31/functions/${name}/concurrency`, { method: 'PUT', body });
    const { message: lower, Message: upper }: Record<string, string> = await response.json();
    expect([response.status, response.headers.get('x-amzn-errortype'), lower ?? upper]).toEqual([
      400,
      type,
      message,
    ]);
  });
});

describe('event source mappings', () => {
  const EventSourceArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/data_pipe';
  const base = { FunctionName: name, EventSourceArn, StartingPosition: 'TRIM_HORIZON' as const };

  test('are created, described, changed, listed and deleted', async () => {
    const created = await client.send(
      new CreateEventSourceMappingCommand({
        ...base,
        BatchSize: 10_000,
        TumblingWindowInSeconds: 120,
        MaximumBatchingWindowInSeconds: 1,
        MaximumRetryAttempts: 5,
        BisectBatchOnFunctionError: true,
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::bucket' } },
      }),
    );
    expect(created).toMatchObject({
      $metadata: { httpStatusCode: 202 },
      FunctionArn: arn,
      EventSourceArn,
      StartingPosition: 'TRIM_HORIZON',
      State: 'Creating',
      BatchSize: 10_000,
      TumblingWindowInSeconds: 120,
      MaximumRetryAttempts: 5,
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::bucket' } },
      LastModified: new Date(1_611_503_884_042),
    });
    const { UUID } = created;
    expect(await client.send(new GetEventSourceMappingCommand({ UUID }))).toMatchObject({
      UUID,
      State: 'Creating',
    });
    const updated = await client.send(
      new UpdateEventSourceMappingCommand({ UUID, Enabled: false, BatchSize: 5, FunctionName: 'structured' }),
    );
    expect(updated).toMatchObject({
      $metadata: { httpStatusCode: 202 },
      BatchSize: 5,
      FunctionArn: arn.replace(name, 'structured'),
    });
    const listed = async (query: object) =>
      (await client.send(new ListEventSourceMappingsCommand(query))).EventSourceMappings?.length;
    expect(await listed({})).toBe(1);
    expect(await listed({ EventSourceArn, FunctionName: 'structured' })).toBe(1);
    expect(await listed({ FunctionName: name })).toBe(0);
    expect(await listed({ EventSourceArn: `${EventSourceArn}2` })).toBe(0);
    const deleted = await client.send(new DeleteEventSourceMappingCommand({ UUID }));
    expect(deleted).toMatchObject({ $metadata: { httpStatusCode: 202 }, State: 'Deleting' });
    expect(await refusal(client.send(new GetEventSourceMappingCommand({ UUID })))).toEqual({
      name: 'ResourceNotFoundException',
      status: 404,
      message: 'The resource you requested does not exist.',
    });
  });

  test.each([
    [{ ...base, EventSourceArn: undefined }, 'InvalidParameterValueException', 'Unrecognized event source.'],
    [{ ...base, FunctionName: 'absent' }, 'InvalidParameterValueException', 'Function does not exist'],
    [
      { FunctionName: name, EventSourceArn },
      'InvalidParameterValueException',
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
    ],
    [
      { ...base, StartingPosition: 'invalid' as 'LATEST' },
      'ValidationException',
      "1 validation error detected: Value 'invalid' at 'startingPosition' failed to satisfy constraint: Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]",
    ],
    [
      { ...base, BatchSize: 10_001, TumblingWindowInSeconds: 901 },
      'ValidationException',
      "2 validation errors detected: Value '10001' at 'batchSize' failed to satisfy constraint: Member must have value less than or equal to 10000; Value '901' at 'tumblingWindowInSeconds' failed to satisfy constraint: Member must have value less than or equal to 900",
    ],
    [
      { ...base, MaximumRetryAttempts: -2 },
      'ValidationException',
      "1 validation error detected: Value '-2' at 'maximumRetryAttempts' failed to satisfy constraint: Member must have value greater than or equal to -1",
    ],
    [
      { ...base, FunctionResponseTypes: ['Nothing' as 'ReportBatchItemFailures'] },
      'ValidationException',
      "1 validation error detected: Value '[Nothing]' at 'functionResponseTypes' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [ReportBatchItemFailures]]",
    ],
  ])('are not created with %o', async (input, errorName, message) => {
    expect(await refusal(client.send(new CreateEventSourceMappingCommand(input)))).toEqual({
      name: errorName,
      status: 400,
      message,
    });
  });

  test('are found with and without a slash at the end', async () => {
    for (const path of ['event-source-mappings', 'event-source-mappings/']) {
      const response = await fetch(`${url}/2015-03-31/${path}`);
      expect([response.status, await response.json()]).toEqual([200, { EventSourceMappings: [] }]);
    }
  });
});

test('an operation that is not offered gets the error of AWS for it', async () => {
  const response = await fetch(`${url}/2015-03-31/functions/${name}/policy`);
  expect(response.status).toBe(404);
  expect(response.headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
});
