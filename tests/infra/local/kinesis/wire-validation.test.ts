import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authorization, callHeaders, type LocalKinesis, openKinesis } from './local-kinesis.ts';

let kinesis: LocalKinesis;
let stream: string;
beforeAll(async () => {
  kinesis = await openKinesis();
  stream = await kinesis.newStream(3);
});
afterAll(() => kinesis.close());

async function errorOf(operation: string, input: object) {
  const { status, body } = await kinesis.call(operation, input);
  return { status, ...JSON.parse(body) };
}

const JSON_TYPE = 'application/x-amz-json-1.1';
const isNull = (member: string) =>
  `Value null at '${member}' failed to satisfy constraint: Member must not be null`;

describe('every operation names what it misses', () => {
  test.each([
    ['CreateStream', ['shardCount', 'streamName']],
    ['PutRecord', ['data']],
    ['PutRecords', ['records']],
    ['GetShardIterator', ['shardId', 'shardIteratorType']],
    ['GetRecords', ['shardIterator']],
    ['SplitShard', ['newStartingHashKey', 'shardToSplit']],
    ['MergeShards', ['shardToMerge', 'adjacentShardToMerge']],
    ['UpdateShardCount', ['targetShardCount', 'scalingType']],
    ['IncreaseStreamRetentionPeriod', ['retentionPeriodHours']],
    ['DecreaseStreamRetentionPeriod', ['retentionPeriodHours']],
    ['AddTagsToStream', ['tags']],
    ['RemoveTagsFromStream', ['tagKeys']],
    ['TagResource', ['tags', 'resourceARN']],
    ['UntagResource', ['tagKeys', 'resourceARN']],
    ['ListTagsForResource', ['resourceARN']],
    ['UpdateMaxRecordSize', ['maxRecordSizeInKiB']],
    ['UpdateStreamMode', ['streamARN', 'streamModeDetails']],
  ])('%s', async (operation, members) => {
    const count = `${members.length} validation error${members.length === 1 ? '' : 's'} detected`;
    expect(await errorOf(operation, {})).toEqual({
      status: 400,
      __type: 'ValidationException',
      message: `${count}: ${members.map(isNull).join('; ')}`,
    });
  });

  test.each([
    ['DeleteStream', {}],
    ['DescribeStream', {}],
    ['DescribeStreamSummary', {}],
    ['ListTagsForStream', {}],
    ['PutRecord', { Data: '', PartitionKey: 'a' }],
    ['UpdateMaxRecordSize', { MaxRecordSizeInKiB: 1024 }],
  ])('%s needs a name or an ARN', async (operation, input) => {
    expect(await errorOf(operation, input)).toEqual({
      status: 400,
      __type: 'InvalidArgumentException',
      message: "Stream arn and stream name can't be empty at the same time",
    });
  });

  test('ListShards takes a name or a token', async () => {
    expect(await errorOf('ListShards', {})).toEqual({
      status: 400,
      __type: 'InvalidArgumentException',
      message: 'Either NextToken or StreamName should be provided.',
    });
    expect(await errorOf('ListShards', { NextToken: 'a', ExclusiveStartShardId: 'a' })).toEqual({
      status: 400,
      __type: 'InvalidArgumentException',
      message: 'NextToken and ExclusiveStartShardId cannot be provided together.',
    });
  });
});

describe('a member of the wrong JSON type is refused before anything else is judged', () => {
  const number = 'class com.amazon.coral.value.json.numbers.TruncatingBigNumber';
  test.each([
    ['DescribeStream', { StreamName: true }, 'class java.lang.Boolean can not be converted to an String'],
    ['DescribeStream', { StreamName: 3 }, `${number} can not be converted to an String`],
    ['DescribeStream', { StreamName: [] }, 'Start of list found where not expected'],
    ['DescribeStream', { StreamName: {} }, 'Start of structure or map found where not expected.'],
    ['DescribeStream', { Limit: '3' }, 'class java.lang.String can not be converted to an Integer'],
    ['PutRecord', { Data: 3 }, `${number} can not be converted to a Blob`],
    [
      'PutRecord',
      { Data: 'abcde' },
      "'abcde' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 5",
    ],
    ['PutRecord', { Data: '=ab=' }, "'=ab=' can not be converted to a Blob: Invalid Base64 character: '='"],
    [
      'PutRecord',
      { Data: 'ab+=' },
      "'ab+=' can not be converted to a Blob: Invalid last non-pad Base64 character dectected",
    ],
    ['PutRecords', { Records: 'x' }, 'Expected list or null'],
    ['PutRecords', { Records: {} }, 'Start of structure or map found where not expected.'],
    ['PutRecords', { Records: ['x'] }, 'Expected null'],
    ['PutRecords', { Records: [[]] }, 'Start of list found where not expected'],
    ['PutRecords', { Records: [{ PartitionKey: 3 }] }, `${number} can not be converted to an String`],
    [
      'GetShardIterator',
      { Timestamp: 'x' },
      'class java.lang.String can not be converted to milliseconds since epoch',
    ],
    ['AddTagsToStream', { Tags: 'x' }, 'Expected map or null'],
    ['AddTagsToStream', { Tags: { a: 3 } }, `${number} can not be converted to an String`],
  ])('%s %j', async (operation, input, Message) => {
    expect(await errorOf(operation, input)).toEqual({
      status: 400,
      __type: 'SerializationException',
      Message,
    });
  });
});

describe('a value out of its bounds is named with the bound', () => {
  const name = 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+';
  test.each<[string, object, string[]]>([
    [
      'DescribeStream',
      { StreamName: '', Limit: 0 },
      [
        "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
        `Value '' at 'streamName' failed to satisfy constraint: ${name}`,
        "Value '' at 'streamName' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ],
    ],
    [
      'DescribeStream',
      { StreamName: 'a'.repeat(129), Limit: 10_001 },
      [
        "Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
        `Value '${'a'.repeat(129)}' at 'streamName' failed to satisfy constraint: Member must have length less than or equal to 128`,
      ],
    ],
    [
      'DeleteStream',
      { StreamARN: 'arn:aws:s3:::bucket' },
      [
        "Value 'arn:aws:s3:::bucket' at 'streamARN' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+",
      ],
    ],
    [
      'CreateStream',
      { StreamName: 'a', StreamModeDetails: { StreamMode: 'x' } },
      [
        "Value 'x' at 'streamModeDetails.streamMode' failed to satisfy constraint: Member must satisfy enum value set: [ON_DEMAND, PROVISIONED]",
      ],
    ],
    [
      'PutRecord',
      { StreamName: 'a', PartitionKey: '', Data: '', ExplicitHashKey: '01' },
      [
        "Value '' at 'partitionKey' failed to satisfy constraint: Member must have length greater than or equal to 1",
        "Value '01' at 'explicitHashKey' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(0|([1-9]\\d{0,38}))$",
      ],
    ],
    [
      'PutRecord',
      { StreamName: 'a', PartitionKey: '🔥'.repeat(257), Data: '' },
      [
        `Value '${'🔥'.repeat(257)}' at 'partitionKey' failed to satisfy constraint: Member must have length less than or equal to 256`,
      ],
    ],
    [
      'PutRecord',
      { StreamName: 'a', PartitionKey: 'a', Data: Buffer.alloc(10_485_761).toString('base64') },
      [
        "Value 'java.nio.HeapByteBuffer[pos=0 lim=10485761 cap=10485761]' at 'data' failed to satisfy constraint: Member must have length less than or equal to 10485760",
      ],
    ],
    [
      'PutRecords',
      { StreamName: 'a', Records: [] },
      [
        "Value '[]' at 'records' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ],
    ],
    [
      'PutRecords',
      { StreamName: 'a', Records: [{ PartitionKey: 'a', Data: '' }, { PartitionKey: '' }] },
      [
        "Value '' at 'records.2.member.partitionKey' failed to satisfy constraint: Member must have length greater than or equal to 1",
        "Value null at 'records.2.member.data' failed to satisfy constraint: Member must not be null",
      ],
    ],
    [
      'GetShardIterator',
      { StreamName: 'a', ShardId: 'shard 1', ShardIteratorType: 'x', StartingSequenceNumber: '-1' },
      [
        `Value 'shard 1' at 'shardId' failed to satisfy constraint: ${name}`,
        "Value 'x' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]",
        "Value '-1' at 'startingSequenceNumber' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(0|([1-9]\\d{0,128}))$",
      ],
    ],
    [
      'GetRecords',
      { ShardIterator: 'a'.repeat(513), Limit: 10_001 },
      [
        "Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
        `Value '${'a'.repeat(513)}' at 'shardIterator' failed to satisfy constraint: Member must have length less than or equal to 512`,
      ],
    ],
    [
      'UpdateShardCount',
      { StreamName: 'a', TargetShardCount: 0, ScalingType: '' },
      [
        "Value '0' at 'targetShardCount' failed to satisfy constraint: Member must have value greater than or equal to 1",
        "Value '' at 'scalingType' failed to satisfy constraint: Member must satisfy enum value set: [UNIFORM_SCALING]",
      ],
    ],
  ])('%s %#', async (operation, input, violations) => {
    const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`;
    expect(await errorOf(operation, input)).toEqual({
      status: 400,
      __type: 'ValidationException',
      message: `${count}: ${violations.join('; ')}`,
    });
  });

  test('and ten of them are enough', async () => {
    const Records = Array.from({ length: 20 }, () => ({ PartitionKey: '', Data: '' }));
    const { message } = await errorOf('PutRecords', { StreamName: 'a', Records });
    expect(message).toMatch(/^10 validation errors detected: /);
    expect(message).not.toContain('records.11.member');
  });

  test('501 records are one too many', async () => {
    const Records = Array.from({ length: 501 }, () => ({ PartitionKey: 'a', Data: '' }));
    const { __type, message } = await errorOf('PutRecords', { StreamName: stream, Records });
    expect(__type).toBe('ValidationException');
    expect(message).toMatch(
      /at 'records' failed to satisfy constraint: Member must have length less than or equal to 500$/,
    );
  });
});

describe('sizes are of data and partition key together', () => {
  const sized = (bytes: number) => Buffer.alloc(bytes).toString('base64');

  test('1 MiB is taken, a byte more is not', async () => {
    const call = (bytes: number) =>
      kinesis.call('PutRecord', { StreamName: stream, PartitionKey: 'é', Data: sized(bytes) });
    expect((await call(1_048_574)).status).toBe(200);
    expect(JSON.parse((await call(1_048_575)).body)).toEqual({
      __type: 'ValidationException',
      message:
        "1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048576",
    });
  });

  test('10 MiB of a call are taken, a byte more is not', async () => {
    const record = { PartitionKey: 'a', Data: sized(1_048_575) };
    const call = (records: object[]) => kinesis.call('PutRecords', { StreamName: stream, Records: records });
    expect((await call(new Array(10).fill(record))).status).toBe(200);
    const over = [...new Array(10).fill(record), { PartitionKey: 'a', Data: '' }];
    expect(JSON.parse((await call(over)).body)).toEqual({
      __type: 'InvalidArgumentException',
      message: 'Records size exceeds 10 MB limit',
    });
  });
});

describe('what is well formed but is not there, or makes no sense, is refused in the words of Kinesis', () => {
  const notFound = (message: string) => ({ status: 400, __type: 'ResourceNotFoundException', message });
  const invalid = (message: string) => ({ status: 400, __type: 'InvalidArgumentException', message });
  const from = 'StartingSequenceNumber';

  test('a stream that is not there', async () => {
    const absent = notFound('Stream absent under account 000000000000 not found.');
    for (const operation of ['DescribeStream', 'DeleteStream', 'DescribeStreamSummary', 'ListShards']) {
      expect(await errorOf(operation, { StreamName: 'absent' })).toEqual(absent);
    }
    const record = { PartitionKey: 'a', Data: '' };
    expect(await errorOf('PutRecord', { StreamName: 'absent', ...record })).toEqual(absent);
    expect(await errorOf('PutRecords', { StreamName: 'absent', Records: [record] })).toEqual(absent);
  });

  test('a stream of another account or region', async () => {
    const arn = (region: string, account: string) => `arn:aws:kinesis:${region}:${account}:stream/${stream}`;
    const of = (StreamARN: string) => errorOf('DescribeStream', { StreamARN });
    expect((await of(arn('us-east-1', '000000000000'))).status).toBe(200);
    expect(await of(arn('us-east-1', '111111111111'))).toEqual({
      status: 400,
      __type: 'UnrecognizedClientException',
      message: 'No account found for the given parameters',
    });
    expect(await of(arn('eu-west-1', '000000000000'))).toEqual(
      invalid(
        `The region specified in the ARN '${arn('eu-west-1', '000000000000')}' does not match the endpoint region`,
      ),
    );
  });

  test('a shard that is not there', async () => {
    const ShardIteratorType = 'LATEST';
    expect(
      await errorOf('GetShardIterator', { StreamName: stream, ShardId: 'shard-7', ShardIteratorType }),
    ).toEqual(
      notFound(`Shard shardId-000000000007 in stream ${stream} under account 000000000000 does not exist`),
    );
    expect(
      await errorOf('GetShardIterator', { StreamName: stream, ShardId: 'nine', ShardIteratorType }),
    ).toEqual(notFound(`Could not find shard nine in stream ${stream} under account 000000000000.`));
  });

  test('an explicit hash key beyond 2^128', async () => {
    const ExplicitHashKey = '340282366920938463463374607431768211456';
    const record = { PartitionKey: 'a', Data: '', ExplicitHashKey };
    const refused = invalid(
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${ExplicitHashKey}`,
    );
    expect(await errorOf('PutRecord', { StreamName: stream, ...record })).toEqual(refused);
    expect(await errorOf('PutRecords', { StreamName: stream, Records: [record] })).toEqual(refused);
  });

  test.each([
    ['TRIM_HORIZON', { [from]: '1' }, 'also a'],
    ['LATEST', { [from]: '1' }, 'also a'],
    ['AT_SEQUENCE_NUMBER', {}, 'no'],
    ['AFTER_SEQUENCE_NUMBER', {}, 'no'],
  ])('an iterator %s with %j', async (ShardIteratorType, more, word) => {
    const input = { StreamName: stream, ShardId: '0', ShardIteratorType, ...more };
    expect(await errorOf('GetShardIterator', input)).toEqual(
      invalid(
        `Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and ${from} or (2) TRIM_HORIZON or LATEST and no ${from}. Request specified ${ShardIteratorType} and ${word} ${from}.`,
      ),
    );
  });

  test('an iterator at no time, or one to come', async () => {
    const input = { StreamName: stream, ShardId: '0', ShardIteratorType: 'AT_TIMESTAMP' };
    expect(await errorOf('GetShardIterator', input)).toEqual(
      invalid(
        'Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.',
      ),
    );
    const nowMs = kinesis.clock.now();
    expect(await errorOf('GetShardIterator', { ...input, Timestamp: (nowMs + 1000) / 1000 })).toEqual(
      invalid(
        `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${nowMs + 1000}, currentTimestampInMillis: ${nowMs}`,
      ),
    );
  });

  test.each([
    [23, 'Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.'],
    [
      8761,
      'Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long.',
    ],
  ])('a retention of %i hours', async (RetentionPeriodHours, message) => {
    const input = { StreamName: stream, RetentionPeriodHours };
    expect(await errorOf('IncreaseStreamRetentionPeriod', input)).toEqual(invalid(message));
    expect(await errorOf('DecreaseStreamRetentionPeriod', input)).toEqual(invalid(message));
  });

  test('a name and an ARN of two streams', async () => {
    const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/other';
    expect(await errorOf('DescribeStream', { StreamName: stream, StreamARN })).toEqual(
      invalid(`Input stream name ${stream} doesn't match the inferred name in stream arn other`),
    );
  });
});

describe('an envelope that is no operation', () => {
  const list = callHeaders('ListStreams');
  const { authorization: _, ...unsigned } = list;

  test.each<[string, string, Record<string, string>, string, number, object | string]>([
    [
      'an operation that is not there',
      'POST',
      callHeaders('Explode'),
      '{}',
      400,
      { __type: 'UnknownOperationException' },
    ],
    ['no body', 'POST', list, '', 400, { __type: 'SerializationException' }],
    ['a torn body', 'POST', list, '{"Limit":', 400, { __type: 'SerializationException' }],
    ['a body that is a number', 'POST', list, '3', 400, { __type: 'SerializationException' }],
    [
      'no signature',
      'POST',
      unsigned,
      '{}',
      400,
      { __type: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' },
    ],
    [
      'half a signature',
      'POST',
      { ...unsigned, authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/kinesis/aws4_request' },
      '{}',
      400,
      {
        __type: 'IncompleteSignatureException',
        message:
          "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256 Credential=a/b/c/kinesis/aws4_request",
      },
    ],
    [
      'a read',
      'GET',
      { authorization },
      '',
      403,
      '<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n',
    ],
    [
      'another content type',
      'POST',
      { ...list, 'content-type': 'text/plain' },
      '{}',
      404,
      '<UnknownOperationException/>\n',
    ],
    [
      'plain JSON',
      'POST',
      { ...list, 'content-type': 'application/json' },
      '{}',
      404,
      { Output: { __type: 'com.amazon.coral.service#UnknownOperationException' }, Version: '1.0' },
    ],
  ])('%s', async (_name, method, headers, body, status, expected) => {
    const answer = await kinesis.send(headers, body, method);
    expect(answer.status).toBe(status);
    expect(typeof expected === 'string' ? answer.body : JSON.parse(answer.body)).toEqual(expected);
    expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('answers a signature in the query as one in the header', async () => {
    const { 'x-amz-date': _date, ...bare } = unsigned;
    const query = new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'local/20210124/us-east-1/kinesis/aws4_request',
      'X-Amz-Signature': '0',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Date': '20210124T155600Z',
    });
    expect((await kinesis.send(bare, '{}', 'POST', `/?${query}`)).status).toBe(200);
    expect(JSON.parse((await kinesis.send(list, '{}', 'POST', `/?${query}`)).body)).toEqual({
      __type: 'InvalidSignatureException',
      message: "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    });
  });

  test('a success has the type and the ids of Kinesis, and operations without an answer no body', async () => {
    const answer = await kinesis.call('ListStreams', {});
    expect(answer.headers).toMatchObject({
      'content-type': JSON_TYPE,
      'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-amz-id-2': expect.stringMatching(/^[A-Za-z0-9+/]{96}$/),
    });
    const created = await kinesis.call('CreateStream', { StreamName: 'silent', ShardCount: 1 });
    expect([created.status, created.body, created.headers['content-length']]).toEqual([200, '', '0']);
  });

  test('a program that names an origin is told that it may read the answer', async () => {
    const origin = { origin: 'my-program' };
    const preflight = await kinesis.send(
      { ...origin, 'access-control-request-headers': 'x-a', 'access-control-request-method': 'POST' },
      '',
      'OPTIONS',
    );
    expect([preflight.status, preflight.body]).toEqual([200, '']);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'x-a',
      'access-control-allow-methods': 'POST',
      'access-control-max-age': '172800',
    });
    const answer = await kinesis.send({ ...list, ...origin }, '{}');
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });
});
