import { expect, test } from 'vitest';
import { FUNCTION_ARN, lettersIn, openMapping, STREAM_ARN, throttled } from './virtual-mapping.ts';

const settings = {
  MaximumRetryAttempts: 1,
  DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } },
};

const failAlways = () => {
  throw new Error('no');
};

test('a batch that is given up is one S3 object: key, type and every field', async () => {
  const mapping = await openMapping({
    settings: { ...settings, Enabled: false },
    handler: failAlways,
  });
  await mapping.until(3);
  mapping.putNow('a', 1.001);
  mapping.putNow('b', 2.5);
  await mapping.update({ Enabled: true });
  await mapping.until(4);
  expect(mapping.lines()).toEqual(['3 batch ab [0-10) {}', '3.25 batch ab [0-10) {}']);
  const [first, last] = mapping.stream.shards[0]?.records ?? [];
  const [call] = mapping.calls;
  expect(mapping.failures).toHaveLength(1);
  expect(mapping.failures[0]).toMatchObject({
    bucket: 'failures',
    key: expect.stringMatching(
      new RegExp(
        `^aws/lambda/${mapping.uuid}/shardId-000000000000/2026/01/01/2026-01-01T12\\.00\\.03-id-\\d+$`,
      ),
    ),
    contentType: 'application/octet-stream',
  });
  const body = JSON.parse(mapping.failures[0]?.body ?? '');
  expect(body).toEqual({
    requestContext: {
      requestId: call?.requestId,
      functionArn: FUNCTION_ARN,
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 2,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: '2026-01-01T12:00:03.250Z',
    KinesisBatchInfo: {
      shardId: 'shardId-000000000000',
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: '2026-01-01T12:00:01.001Z',
      approximateArrivalOfLastRecord: '2026-01-01T12:00:02.500Z',
      batchSize: 2,
      streamArn: STREAM_ARN,
    },
    timeWindowInfo: {
      window: { start: '2026-01-01T12:00:00Z', end: '2026-01-01T12:00:10Z' },
      isFinalInvokeForWindow: false,
      isWindowTerminatedEarly: false,
    },
    payload: call?.payload,
  });
});

test('the payload is the event as a JSON text, escaped in the object', async () => {
  const mapping = await openMapping({ settings, handler: failAlways });
  await mapping.put('a', 1);
  await mapping.until(2);
  const { body } = mapping.failures[0] ?? { body: '' };
  expect(body).toContain('"payload":"{\\"Records\\":[{\\"kinesis\\":{');
  expect(JSON.parse(body).payload).toBe(mapping.calls[0]?.payload);
});

test('of a final invocation the batch info has the shard and the stream alone, and the payload has the state', async () => {
  const mapping = await openMapping({
    settings,
    handler: (event) => {
      if (event.isFinalInvokeForWindow) throw new Error('no');
      return { state: { letters: lettersIn(event) } };
    },
  });
  await mapping.put('a', 1);
  await mapping.until(12);
  const body = JSON.parse(mapping.failures[0]?.body ?? '');
  expect(body.KinesisBatchInfo).toEqual({ shardId: 'shardId-000000000000', streamArn: STREAM_ARN });
  expect(body.timeWindowInfo).toEqual({
    window: { start: '2026-01-01T12:00:00Z', end: '2026-01-01T12:00:10Z' },
    isFinalInvokeForWindow: true,
    isWindowTerminatedEarly: false,
  });
  expect(JSON.parse(body.payload)).toMatchObject({ Records: [], state: { letters: 'a' } });
});

test('without a window there is no timeWindowInfo', async () => {
  const mapping = await openMapping({
    settings: { ...settings, TumblingWindowInSeconds: 0 },
    handler: failAlways,
  });
  await mapping.put('a', 1);
  await mapping.until(2);
  const body = JSON.parse(mapping.failures[0]?.body ?? '');
  expect(Object.keys(body)).toEqual([
    'requestContext',
    'responseContext',
    'version',
    'timestamp',
    'KinesisBatchInfo',
    'payload',
  ]);
});

test('the function answered, but reported failures to the end: functionError is null', async () => {
  const mapping = await openMapping({
    settings: { ...settings, FunctionResponseTypes: ['ReportBatchItemFailures'] },
    handler: (event) => ({
      state: {},
      batchItemFailures: event.Records.map(({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber })),
    }),
  });
  await mapping.put('a', 1);
  await mapping.until(2);
  expect(JSON.parse(mapping.failures[0]?.body ?? '').responseContext).toEqual({
    statusCode: 200,
    executedVersion: '$LATEST',
    functionError: null,
  });
});

test('records that are too old have the condition RecordAgeExceeded and no response', async () => {
  const mapping = await openMapping({
    settings: { ...settings, MaximumRetryAttempts: -1, MaximumRecordAgeInSeconds: 60 },
    handler: () => throttled,
  });
  await mapping.put('a', 1);
  await mapping.until(80);
  const body = JSON.parse(mapping.failures[0]?.body ?? '');
  expect(body.requestContext.condition).toBe('RecordAgeExceeded');
  expect(body).not.toHaveProperty('responseContext');
  expect(body.KinesisBatchInfo.batchSize).toBe(1);
});

test('a destination that refuses is tried three times, and then the shard goes on', async () => {
  const mapping = await openMapping({
    settings: { ...settings, MaximumRetryAttempts: 0 },
    handler: (event) => {
      if (lettersIn(event) === 'a') throw new Error('no');
      return { state: {} };
    },
  });
  mapping.destinationErrors.push(new Error('no bucket'), new Error('no bucket'), new Error('no bucket'));
  await mapping.put('a', 1);
  await mapping.put('b', 2);
  await mapping.until(3);
  expect(mapping.lines()).toEqual(['1 batch a [0-10) {}', '2 batch b [0-10) {}']);
  expect(mapping.failures).toEqual([]);
  expect(mapping.log.filter((line) => line.includes('no bucket'))).toHaveLength(3);
});
