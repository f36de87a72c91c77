import { expect, test } from 'vitest';
import { NOON_MS, openMapping, STREAM_ARN } from './virtual-mapping.ts';

const eventOf = async (settings: object, seconds = 5.678) => {
  const mapping = await openMapping({ settings });
  await mapping.until(seconds);
  const { sequenceNumber } = mapping.stream.put(
    'shardId-000000000000',
    '{"a":"ü"}',
    NOON_MS + seconds * 1000,
    'Schlüssel "1"',
  );
  await mapping.until(seconds);
  return { payload: mapping.calls[0]?.payload ?? '', sequenceNumber };
};

test('a windowed event has exactly seven keys, in the order in which Lambda writes them', async () => {
  const { payload } = await eventOf({});
  expect(Object.keys(JSON.parse(payload))).toEqual([
    'Records',
    'shardId',
    'eventSourceARN',
    'window',
    'state',
    'isFinalInvokeForWindow',
    'isWindowTerminatedEarly',
  ]);
  expect(JSON.parse(payload)).toMatchObject({
    shardId: 'shardId-000000000000',
    eventSourceARN: STREAM_ARN,
    state: {},
    isFinalInvokeForWindow: false,
    isWindowTerminatedEarly: false,
  });
});

test('a window is written as whole seconds in UTC, and its end is its start and its length', async () => {
  const { payload } = await eventOf({ TumblingWindowInSeconds: 120 });
  expect(JSON.parse(payload).window).toEqual({ start: '2026-01-01T12:00:00Z', end: '2026-01-01T12:02:00Z' });
});

test("a record has Lambda's ten fields, without an encryptionType", async () => {
  const { payload, sequenceNumber } = await eventOf({});
  expect(JSON.parse(payload).Records).toEqual([
    {
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: 'Schlüssel "1"',
        sequenceNumber,
        data: 'eyJhIjoiw7wifQ==',
        approximateArrivalTimestamp: 1767268805.678,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `shardId-000000000000:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: 'arn:aws:iam::000000000000:role/collector',
      awsRegion: 'us-east-1',
      eventSourceARN: STREAM_ARN,
    },
  ]);
});

test('the arrival is a number of seconds, exact to the millisecond', async () => {
  const { payload } = await eventOf({}, 59.001);
  expect(payload).toContain('"approximateArrivalTimestamp":1767268859.001}');
});

test('without a window the event has Records and nothing else, and the answer does not matter', async () => {
  const mapping = await openMapping({
    settings: { TumblingWindowInSeconds: 0 },
    handler: () => 'not an object',
  });
  await mapping.put('a', 1);
  await mapping.put('b', 12);
  await mapping.until(60);
  expect(mapping.lines()).toEqual(['1 batch a', '12 batch b']);
  expect(mapping.calls.map(({ event }) => Object.keys(event))).toEqual([['Records'], ['Records']]);
});
