import {
  CloudWatchLogsClient,
  CloudWatchLogsServiceException,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLogs, startMs } from './local-logs.ts';

let opened: Awaited<ReturnType<typeof openLogs>>;
let client: CloudWatchLogsClient;
const logGroupName = '/aws/lambda/f';
const logStreamName = '2021/01/24/[$LATEST]0123456789abcdef0123456789abcdef';
const both = { logGroupName, logStreamName };
const groupArn = `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}`;

beforeEach(async () => {
  opened = await openLogs();
  ({ client } = opened);
});
afterEach(() => opened.close());

const createGroup = (name = logGroupName) => client.send(new CreateLogGroupCommand({ logGroupName: name }));
const createStream = (name = logStreamName) =>
  client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: name }));

async function createBoth(): Promise<void> {
  await createGroup();
  await createStream();
}

const put = (...events: readonly (readonly [number, string])[]) =>
  client.send(
    new PutLogEventsCommand({
      ...both,
      logEvents: events.map(([offsetMs, message]) => ({ timestamp: startMs + offsetMs, message })),
    }),
  );

async function refusal(sent: Promise<unknown>) {
  const error = await sent.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CloudWatchLogsServiceException)) {
    throw new Error(`Expected a refusal, got ${String(error)}`);
  }
  expect(error.$metadata.httpStatusCode).toBe(400);
  return `${error.name}: ${error.message}`;
}

describe('log groups', () => {
  test('are created, described and deleted', async () => {
    await createGroup();
    const { logGroups, nextToken } = await client.send(new DescribeLogGroupsCommand({}));
    expect(logGroups).toEqual([
      {
        logGroupName,
        creationTime: startMs,
        metricFilterCount: 0,
        arn: `${groupArn}:*`,
        logGroupArn: groupArn,
        storedBytes: 0,
        logGroupClass: 'STANDARD',
        deletionProtectionEnabled: false,
      },
    ]);
    expect(nextToken).toBeUndefined();
    expect(await refusal(createGroup())).toBe(
      'ResourceAlreadyExistsException: The specified log group already exists',
    );
    await client.send(new DeleteLogGroupCommand({ logGroupName }));
    expect((await client.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
    expect(await refusal(client.send(new DeleteLogGroupCommand({ logGroupName })))).toBe(
      'ResourceNotFoundException: The specified log group does not exist.',
    );
  });

  test('are found by prefix or pattern, a page at a time', async () => {
    for (const name of [
      '/aws/lambda/lowercase-dev',
      '/aws/lambda/FileMonitoring',
      '/aws/events/Get',
      '/aws/lambda/file',
    ])
      await createGroup(name);
    const names = async (input: object) => {
      const page = await client.send(new DescribeLogGroupsCommand(input));
      return { names: page.logGroups?.map((group) => group.logGroupName), nextToken: page.nextToken };
    };
    const first = await names({ limit: 2 });
    expect(first.names).toEqual(['/aws/events/Get', '/aws/lambda/FileMonitoring']);
    const second = await names({ nextToken: first.nextToken, limit: 1 });
    expect(second.names).toEqual(['/aws/lambda/file']);
    expect(await names({ nextToken: second.nextToken })).toEqual({
      names: ['/aws/lambda/lowercase-dev'],
      nextToken: undefined,
    });
    expect((await names({ logGroupNamePrefix: '/aws/events' })).names).toEqual(['/aws/events/Get']);
    expect((await names({ logGroupNamePattern: 'FILE' })).names).toEqual([
      '/aws/lambda/FileMonitoring',
      '/aws/lambda/file',
    ]);
    expect(await refusal(names({ logGroupNamePrefix: 'a', logGroupNamePattern: 'b' }))).toBe(
      'InvalidParameterException: LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
    );
    expect(await refusal(names({ limit: 51 }))).toBe(
      "InvalidParameterException: 1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50",
    );
    expect(await refusal(names({ nextToken: 'invalid-token' }))).toBe(
      'InvalidParameterException: The specified nextToken is invalid.',
    );
  });

  test('have a retention when they are given one', async () => {
    await createGroup();
    const retention = async () =>
      (await client.send(new DescribeLogGroupsCommand({}))).logGroups?.[0]?.retentionInDays;
    await client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 7 }));
    expect(await retention()).toBe(7);
    await client.send(new DeleteRetentionPolicyCommand({ logGroupName }));
    expect(await retention()).toBeUndefined();
    expect(
      await refusal(client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 2 }))),
    ).toContain(
      "Value '2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3, 5,",
    );
  });

  test.each([
    ['a'.repeat(513), 'Member must have length less than or equal to 512'],
    ['a b', 'Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+'],
  ])('are not created with a wrong name (%#)', async (name, constraint) => {
    expect(await refusal(createGroup(name))).toBe(
      `InvalidParameterException: 1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: ${constraint}`,
    );
  });
});

describe('log streams', () => {
  test('are created, described and deleted', async () => {
    await createBoth();
    const describeStreams = async () =>
      (await client.send(new DescribeLogStreamsCommand({ logGroupName }))).logStreams;
    const arn = `${groupArn}:log-stream:${logStreamName}`;
    expect(await describeStreams()).toEqual([{ logStreamName, creationTime: startMs, arn, storedBytes: 0 }]);
    opened.turn(5_000);
    await put([1, 'a'], [2, 'b']);
    expect(await describeStreams()).toMatchObject([
      {
        logStreamName,
        creationTime: startMs,
        firstEventTimestamp: startMs + 1,
        lastEventTimestamp: startMs + 2,
        lastIngestionTime: startMs + 5_000,
        uploadSequenceToken: expect.stringMatching(/^\d{56}$/),
      },
    ]);
    expect(await refusal(createStream())).toBe(
      'ResourceAlreadyExistsException: The specified log stream already exists',
    );
    await client.send(new DeleteLogStreamCommand(both));
    expect(await describeStreams()).toEqual([]);
    expect(await refusal(client.send(new DeleteLogStreamCommand(both)))).toBe(
      'ResourceNotFoundException: The specified log stream does not exist.',
    );
  });

  test('are ordered by name or by their last event, a page at a time', async () => {
    await createGroup();
    for (const name of ['stream-b', 'stream-a', 'other']) await createStream(name);
    opened.store.append(logGroupName, 'stream-b', startMs + 1, 'x');
    opened.store.append(logGroupName, 'stream-a', startMs + 2, 'x');
    const names = async (input: object) => {
      const page = await client.send(new DescribeLogStreamsCommand({ logGroupName, ...input }));
      return page.logStreams?.map((stream) => stream.logStreamName);
    };
    expect(await names({})).toEqual(['other', 'stream-a', 'stream-b']);
    expect(await names({ descending: true })).toEqual(['stream-b', 'stream-a', 'other']);
    expect(await names({ orderBy: 'LastEventTime', descending: true })).toEqual([
      'stream-a',
      'stream-b',
      'other',
    ]);
    expect(await names({ logStreamNamePrefix: 'stream-' })).toEqual(['stream-a', 'stream-b']);
    const first = await client.send(new DescribeLogStreamsCommand({ logGroupName, limit: 2 }));
    expect(first.nextToken).toBe(`${logGroupName}@stream-a`);
    expect(await names({ nextToken: first.nextToken })).toEqual(['stream-b']);
    expect(await refusal(names({ orderBy: 'LastEventTime', logStreamNamePrefix: 's' }))).toBe(
      'InvalidParameterException: Cannot order by LastEventTime with a logStreamNamePrefix.',
    );
    expect(await refusal(names({ orderBy: 'sth' }))).toBe(
      "InvalidParameterException: 1 validation error detected: Value 'sth' at 'orderBy' failed to satisfy constraint: Member must satisfy enum value set: [LogStreamName, LastEventTime]",
    );
  });

  test('are found by the ARN of their group too, but not by both or by the ARN for policies', async () => {
    await createBoth();
    const send = (input: object) => client.send(new DescribeLogStreamsCommand(input));
    for (const logGroupIdentifier of [logGroupName, groupArn]) {
      expect((await send({ logGroupIdentifier })).logStreams?.length).toBe(1);
    }
    expect(await refusal(send({ logGroupName, logGroupIdentifier: groupArn }))).toBe(
      'ValidationException: LogGroup name and LogGroup ARN are mutually exclusive parameters.',
    );
    expect(await refusal(send({ logGroupIdentifier: `${groupArn}:*` }))).toBe(
      "InvalidParameterException: 1 validation error detected: Value at 'logGroupIdentifier' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w#+=/:,.@-]*",
    );
  });
});

describe('PutLogEvents', () => {
  test('stores events and answers a token that nobody needs', async () => {
    await createBoth();
    const { nextSequenceToken, rejectedLogEventsInfo } = await put([0, '🙀 - 参よ - 日本語']);
    expect(nextSequenceToken).toMatch(/^\d{56}$/);
    expect(rejectedLogEventsInfo).toBeUndefined();
    const { events } = await client.send(new GetLogEventsCommand(both));
    expect(events).toEqual([{ timestamp: startMs, ingestionTime: startMs, message: '🙀 - 参よ - 日本語' }]);
  });

  test('refuses events out of order, or for a stream that is not there', async () => {
    await createGroup();
    expect(await refusal(put([0, 'x']))).toBe(
      'ResourceNotFoundException: The specified log stream does not exist.',
    );
    await createStream();
    expect(await refusal(put([1, 'x'], [0, 'y']))).toBe(
      'InvalidParameterException: Log events in a single PutLogEvents request must be in chronological order.',
    );
  });

  test('leaves out what is too old or too new, and says which', async () => {
    await createBoth();
    const day = 86_400_000;
    const { rejectedLogEventsInfo } = await put(
      [-15 * day, 'old'],
      [0, 'now'],
      [7_200_001, 'new'],
      [day, 'newer'],
    );
    expect(rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 0, tooNewLogEventStartIndex: 2 });
    const { events } = await client.send(new FilterLogEventsCommand({ logGroupName }));
    expect(events?.map(({ message }) => message)).toEqual(['now']);
  });
});

describe('GetLogEvents', () => {
  const token = (direction: string, n: number) => `${direction}/${String(n).padStart(56, '0')}`;

  async function get(input: Partial<GetLogEventsCommandInput>) {
    const page = await client.send(new GetLogEventsCommand({ ...both, ...input }));
    return {
      messages: page.events?.map(({ message }) => message).join(' '),
      forward: page.nextForwardToken,
      backward: page.nextBackwardToken,
    };
  }

  beforeEach(async () => {
    await createBoth();
    await put(...Array.from({ length: 20 }, (_, n) => [n, String(n)] as const));
  });

  test('answers the newest page, and goes back and forth from it', async () => {
    expect(await get({ limit: 10 })).toEqual({
      messages: '10 11 12 13 14 15 16 17 18 19',
      forward: token('f', 19),
      backward: token('b', 10),
    });
    expect(await get({ nextToken: token('b', 10), limit: 20 })).toEqual({
      messages: '0 1 2 3 4 5 6 7 8 9',
      forward: token('f', 9),
      backward: token('b', 0),
    });
    expect(await get({ nextToken: token('b', 0) })).toEqual({
      messages: '',
      forward: token('f', 0),
      backward: token('b', 0),
    });
    expect((await get({ nextToken: token('f', 0), limit: 2 })).messages).toBe('1 2');
  });

  test('answers from the head when asked to, and the same token at the end', async () => {
    expect(await get({ startFromHead: true, limit: 3 })).toEqual({
      messages: '0 1 2',
      forward: token('f', 2),
      backward: token('b', 0),
    });
    const end = await get({ startFromHead: true, nextToken: token('f', 19) });
    expect(end).toEqual({ messages: '', forward: token('f', 19), backward: token('b', 19) });
    await put([100, 'later']);
    expect((await get({ nextToken: end.forward })).messages).toBe('later');
  });

  test('keeps to a time, its end excluded', async () => {
    expect((await get({ startTime: startMs + 3, endTime: startMs + 6 })).messages).toBe('3 4 5');
  });

  test.each([
    [
      { limit: 10_001 },
      "InvalidParameterException: 1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
    ],
    [
      { limit: 0 },
      "InvalidParameterException: 1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [{ nextToken: 'invalid-token' }, 'InvalidParameterException: The specified nextToken is invalid.'],
    [{ nextToken: `n/${'0'.repeat(56)}` }, 'InvalidParameterException: The specified nextToken is invalid.'],
    [{ logStreamName: 'absent' }, 'ResourceNotFoundException: The specified log stream does not exist.'],
    [{ logGroupName: 'absent' }, 'ResourceNotFoundException: The specified log group does not exist.'],
  ])('refuses %o', async (input, message) => {
    expect(await refusal(get(input))).toBe(message);
  });
});

describe('FilterLogEvents', () => {
  async function filter(input: Partial<FilterLogEventsCommandInput>) {
    const page = await client.send(new FilterLogEventsCommand({ logGroupName, ...input }));
    return {
      messages: page.events?.map(({ message }) => message),
      nextToken: page.nextToken,
      events: page.events,
    };
  }

  beforeEach(async () => {
    await createGroup();
    for (const [offsetMs, stream, message] of [
      [1, 's1', '{"records":156,"final":true}'],
      [0, 's2', 'START'],
      [2, 's2', '{"records":0,"final":true}'],
      [3, 'other', 'plain ERROR'],
    ] as const) {
      opened.store.append(logGroupName, stream, startMs + offsetMs, message);
    }
  });

  test('answers the events of all streams in the order of time, each with an id of its own', async () => {
    const { events, nextToken } = await filter({});
    expect(events?.map(({ logStreamName, timestamp }) => [logStreamName, timestamp])).toEqual([
      ['s2', startMs],
      ['s1', startMs + 1],
      ['s2', startMs + 2],
      ['other', startMs + 3],
    ]);
    expect(nextToken).toBeUndefined();
    expect(new Set(events?.map(({ eventId }) => eventId)).size).toBe(4);
    expect(events?.every(({ eventId }) => /^\d{56}$/.test(eventId ?? ''))).toBe(true);
  });

  test.each([
    [{ filterPattern: '' }, [0, 1, 2, 3]],
    [{ filterPattern: 'ERROR' }, [3]],
    [{ filterPattern: '{ $.final IS TRUE && $.records > 0 }' }, [1]],
    [{ logStreamNames: ['s2'] }, [0, 2]],
    [{ logStreamNamePrefix: 's' }, [0, 1, 2]],
    [{ startTime: startMs + 1, endTime: startMs + 2 }, [1, 2]],
    [{ startTime: startMs + 1, filterPattern: '?START ?final' }, [1, 2]],
  ])('%o', async (input, offsets) => {
    const { events } = await filter(input);
    expect(events?.map(({ timestamp }) => (timestamp ?? 0) - startMs)).toEqual(offsets);
  });

  test('gives a page at a time, each event once, also within a millisecond', async () => {
    for (let n = 0; n < 25; n += 1)
      opened.store.append(logGroupName, `same-${n % 3}`, startMs + 9, String(n));
    const found: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await filter({ startTime: startMs + 9, limit: 4, ...(nextToken ? { nextToken } : {}) });
      found.push(...(page.messages ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(found.length).toBe(25);
    expect(new Set(found).size).toBe(25);
  });

  test.each([
    [
      { limit: 10_001 },
      "InvalidParameterException: 1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
    ],
    [{ nextToken: 'invalid-token' }, 'InvalidParameterException: The specified nextToken is invalid.'],
    [{ logStreamNames: ['absent'] }, 'ResourceNotFoundException: The specified log stream does not exist.'],
    [
      { logStreamNames: ['s1'], logStreamNamePrefix: 's' },
      'InvalidParameterException: The parameters logStreamNames and logStreamNamePrefix cannot be used together.',
    ],
    [
      { filterPattern: '[a, b' },
      "InvalidParameterException: Invalid filter pattern: expected a closing bracket, got '[a, b'",
    ],
  ])('refuses %o', async (input, message) => {
    expect(await refusal(filter(input))).toBe(message);
  });
});

test.each([
  ['tags', () => client.send(new CreateLogGroupCommand({ logGroupName, tags: { a: 'b' } }))],
  ['kmsKeyId', () => client.send(new CreateLogGroupCommand({ logGroupName, kmsKeyId: 'k' }))],
  ['logGroupIdentifiers', () => client.send(new DescribeLogGroupsCommand({ logGroupIdentifiers: ['g'] }))],
])('%s, which nothing here keeps or does, is refused and not dropped in silence', async (member, send) => {
  expect(await refusal(send())).toContain(
    `Value at '${member}' failed to satisfy constraint: Member is not supported by the local runtime`,
  );
});

describe('an empty text is refused where the API model asks for a character, and taken where it does not', () => {
  const target = { logGroupName: 'g', logStreamName: 's' };
  const post = async (operation: string, input: object) => {
    const response = await fetch(opened.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${operation}` },
      body: JSON.stringify(input),
    });
    return response.json();
  };

  test.each([
    ['CreateLogGroup', 'logGroupName'],
    ['DeleteLogGroup', 'logGroupName'],
    ['PutRetentionPolicy', 'logGroupName'],
    ['DeleteRetentionPolicy', 'logGroupName'],
    ['DescribeLogGroups', 'logGroupNamePrefix'],
    ['DescribeLogGroups', 'nextToken'],
    ['CreateLogStream', 'logGroupName'],
    ['CreateLogStream', 'logStreamName'],
    ['DeleteLogStream', 'logStreamName'],
    ['DescribeLogStreams', 'logGroupIdentifier'],
    ['DescribeLogStreams', 'logStreamNamePrefix'],
    ['DescribeLogStreams', 'nextToken'],
    ['GetLogEvents', 'logGroupName'],
    ['GetLogEvents', 'logStreamName'],
    ['GetLogEvents', 'nextToken'],
    ['FilterLogEvents', 'logGroupName'],
    ['FilterLogEvents', 'logStreamNamePrefix'],
    ['FilterLogEvents', 'nextToken'],
    ['PutLogEvents', 'logStreamName'],
  ])('%s, %s: at least one', async (operation, member) => {
    const refused = await post(operation, { ...target, retentionInDays: 7, logEvents: [], [member]: '' });
    expect(refused.__type).toBe('InvalidParameterException');
    expect(refused.message).toContain(`at '${member}' failed to satisfy constraint: Member must`);
  });

  test.each([
    ['DescribeLogGroups', 'logGroupNamePattern'],
    ['FilterLogEvents', 'filterPattern'],
  ])('%s, %s: none', async (operation, member) => {
    await createGroup('g');
    expect((await post(operation, { logGroupName: 'g', [member]: '' })).__type).toBeUndefined();
  });

  test('and all that a request violates is named at once', async () => {
    expect((await post('CreateLogStream', { logGroupName: '', logStreamName: 'a:b' })).message).toBe(
      "3 validation errors detected: Value '' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+; " +
        "Value '' at 'logGroupName' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
        "Value 'a:b' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*",
    );
  });
});

test('a region is a namespace of its own', async () => {
  await createGroup();
  const west = new CloudWatchLogsClient({
    endpoint: opened.url,
    region: 'us-west-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  expect((await west.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
  await west.send(new CreateLogGroupCommand({ logGroupName: 'western' }));
  const { logGroups } = await west.send(new DescribeLogGroupsCommand({}));
  west.destroy();
  expect(logGroups?.map((group) => group.logGroupArn)).toEqual([
    'arn:aws:logs:us-west-2:000000000000:log-group:western',
  ]);
  const here = await client.send(new DescribeLogGroupsCommand({}));
  expect(here.logGroups?.map((group) => group.logGroupName)).toEqual([logGroupName]);
});

describe('the protocol', () => {
  const post = (operation: string, body: string) =>
    fetch(opened.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${operation}` },
      body,
    });

  test.each([
    ['Nothing', '{}', 'UnknownOperationException'],
    ['constructor', '{}', 'UnknownOperationException'],
    ['DescribeLogGroups', '{', 'SerializationException'],
    ['DescribeLogGroups', '[]', 'SerializationException'],
    ['DescribeLogGroups', '{"limit":"ten"}', 'SerializationException'],
    ['CreateLogGroup', '{}', 'InvalidParameterException'],
  ])('%s with %s is refused as %s', async (operation, body, type) => {
    const response = await post(operation, body);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(await response.json()).toEqual({ __type: type, message: expect.any(String) });
  });

  test('answers nothing at all where there is nothing to say', async () => {
    const response = await post('CreateLogGroup', '{"logGroupName":"g"}');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});
