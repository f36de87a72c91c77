import { cbor, tag } from '@smithy/core/cbor';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { cborFromJson, jsonFromCbor } from '../../../../infra/local/kinesis/cbor.ts';
import { authorization, type LocalKinesis, openKinesis, startMs } from './local-kinesis.ts';

let kinesis: LocalKinesis;
let StreamName: string;
beforeAll(async () => {
  kinesis = await openKinesis();
  StreamName = await kinesis.newStream();
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => kinesis.close());

const TYPE = 'application/x-amz-cbor-1.1';

/** What a client that speaks CBOR is answered. */
async function call(operation: string, body: Uint8Array) {
  const response = await fetch(kinesis.url, {
    method: 'POST',
    headers: {
      'content-type': TYPE,
      'x-amz-target': `Kinesis_20131202.${operation}`,
      'x-amz-date': '20210124T155600Z',
      authorization,
    },
    body: Buffer.from(body),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(response.headers.get('content-type')).toBe(TYPE);
  return { status: response.status, answer: bytes.length === 0 ? null : cbor.deserialize(bytes) };
}

const ask = (operation: string, input: object) => call(operation, cbor.serialize(input));

test('records come back as bytes, dated in tagged milliseconds', async () => {
  const data = Buffer.from([0, 1, 254, 255]);
  const { answer: put } = await ask('PutRecords', {
    StreamName,
    Records: [
      { Data: data, PartitionKey: 'ä' },
      { Data: Buffer.alloc(0), PartitionKey: 'b' },
    ],
  });
  expect(put.FailedRecordCount).toBe(0);
  const iterator = await ask('GetShardIterator', {
    StreamName,
    ShardId: put.Records[0].ShardId,
    ShardIteratorType: 'AT_TIMESTAMP',
    Timestamp: tag({ tag: 1, value: startMs }),
  });
  const { answer } = await ask('GetRecords', { ShardIterator: iterator.answer.ShardIterator, Limit: 10 });
  expect(answer.Records).toHaveLength(2);
  const [first, second] = answer.Records;
  expect(Buffer.from(first.Data)).toEqual(data);
  expect(first).toMatchObject({
    PartitionKey: 'ä',
    SequenceNumber: put.Records[0].SequenceNumber,
    ApproximateArrivalTimestamp: { tag: 1, value: kinesis.clock.now() },
  });
  expect(second.Data).toHaveLength(0);
});

test('operations without an answer have no body, and refusals are told in CBOR', async () => {
  expect(await ask('AddTagsToStream', { StreamName, Tags: { a: 'b' } })).toEqual({
    status: 200,
    answer: null,
  });
  expect(await ask('DescribeStream', { StreamName: 'absent' })).toEqual({
    status: 400,
    answer: {
      __type: 'ResourceNotFoundException',
      message: 'Stream absent under account 000000000000 not found.',
    },
  });
  expect(await ask('Explode', {})).toEqual({ status: 400, answer: { __type: 'UnknownOperationException' } });
});

test('maps and texts whose length is not told are read as well, as Java writes them', async () => {
  // {_ "StreamName": (_ "stream-1")} of indefinite lengths
  const name = Buffer.from(cbor.serialize('StreamName')).toString('hex');
  const value = Buffer.from(cbor.serialize(StreamName)).toString('hex');
  const { status } = await call('DescribeStreamSummary', Buffer.from(`bf${name}7f${value}ffff`, 'hex'));
  expect(status).toBe(200);
});

test.each([
  ['nothing', ''],
  ['half a map', 'a161'],
  ['no map', '01'],
  ['lists in lists without end', '81'.repeat(100_000)],
])('%s is no request', async (_name, hex) => {
  expect(await call('ListStreams', Buffer.from(hex, 'hex'))).toEqual({
    status: 400,
    answer: { __type: 'SerializationException' },
  });
});

test('what JSON can say, CBOR says as well', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (value) => {
      const names = JSON.stringify(value);
      fc.pre(!/"(Data|\w+Timestamp|__proto__)":/.test(names));
      expect(JSON.stringify(jsonFromCbor(cborFromJson(names)))).toBe(names);
    }),
  );
});

test('no bytes at all make it stumble', () => {
  vi.spyOn(console, 'warn').mockReturnValue(); // of numbers that are too large to be exact
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const value = jsonFromCbor(Buffer.from(bytes));
      expect(value === null || typeof value === 'object').toBe(true);
    }),
    { numRuns: 10_000 },
  );
});
