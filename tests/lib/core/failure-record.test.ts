import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimKey, failureKey, parseFailureKey, redrivenKey } from '../../../lib/core/failure-key.ts';
import {
  type FailureRecord,
  missingIn,
  parseFailedEvent,
  parseFailure,
  serializeFailure,
} from '../../../lib/core/failure-record.ts';
import { FieldError } from '../../../lib/core/json-fields.ts';

const MAPPING = '0e64a0f5-a9a2-4bbf-9a1e-5f0f7d4c4a61';
const SHARD = 'shardId-000000000000';
const NOON_MS = Date.UTC(2026, 0, 1, 12);

const record = (sequenceNumber: string, data: string | Uint8Array) => ({
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey: '1',
    sequenceNumber,
    data: Buffer.from(data).toString('base64'),
    approximateArrivalTimestamp: NOON_MS / 1000 + 1.001,
  },
  eventID: `${SHARD}:${sequenceNumber}`,
});

const batch: FailureRecord = {
  requestId: 'a-request',
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
  condition: 'RetryAttemptsExhausted',
  invokeCount: 101,
  response: { functionError: 'Unhandled' },
  timeMs: NOON_MS + 123_456,
  shardId: SHARD,
  streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
  batch: {
    firstSequenceNumber: '7',
    lastSequenceNumber: '9',
    firstArrivalMs: NOON_MS + 1001,
    lastArrivalMs: NOON_MS + 1001,
    recordCount: 3,
  },
  window: { window: { startMs: NOON_MS, endMs: NOON_MS + 120_000 }, final: false, early: false },
  payload: JSON.stringify({
    Records: [
      record('7', '{"cust_name":"A","cust_id":1,"sales":2.46}'),
      record('8', 'this is not a sale'),
      record('9', new Uint8Array([0x22, 0xff, 0x22])),
    ],
    state: { tot_record_count: 1 },
  }),
};

const state = {
  tot_record_count: 2,
  sales_cents: 300,
  min_cents: 100,
  max_cents: 200,
  rejected: 1,
  first_sequence_number: '3',
  last_sequence_number: '5',
  requests: [],
};
const final: FailureRecord = {
  ...batch,
  batch: null,
  window: { window: { startMs: NOON_MS, endMs: NOON_MS + 120_000 }, final: true, early: false },
  payload: JSON.stringify({ Records: [], state }),
};

test.each([
  ['a batch', batch],
  ['a final invocation', final],
  ['records that were too old', { ...batch, condition: 'RecordAgeExceeded', response: null }],
  ['an answer that reported failures', { ...batch, response: { functionError: null } }],
  ['a batch without windows', { ...batch, window: null }],
])('the failure record of %s is read as it was written', (_, failure) => {
  expect(parseFailure(serializeFailure(failure))).toEqual(failure);
});

test('members that are not known are ignored', () => {
  const body = { ...JSON.parse(serializeFailure(batch)), more: { nested: [] } };
  expect(parseFailure(JSON.stringify(body))).toEqual(batch);
});

const without = (...path: readonly string[]) => {
  const body = JSON.parse(serializeFailure(batch));
  const last = path.at(-1) ?? '';
  let at = body;
  for (const name of path.slice(0, -1)) at = at[name];
  delete at[last];
  return JSON.stringify(body);
};
test.each([
  '',
  '[]',
  'null',
  '{}',
  '"a text"',
  without('requestContext'),
  without('requestContext', 'condition'),
  without('KinesisBatchInfo'),
  without('KinesisBatchInfo', 'shardId'),
  without('KinesisBatchInfo', 'batchSize'),
  without('timestamp'),
  without('timeWindowInfo', 'window'),
  without('timeWindowInfo', 'window', 'end'),
  without('payload'),
  serializeFailure(batch).replace('"2026-01-01T12:02:03.456Z"', '"yesterday"'),
  `{"payload":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
])('%.60s is no failure record', (text) => {
  expect(() => parseFailure(text)).toThrow(FieldError);
});

test('whatever is there instead of a failure record, the refusal is short', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      try {
        parseFailure(text);
      } catch (error) {
        expect(error).toBeInstanceOf(FieldError);
        expect(String(error).length).toBeLessThan(300);
      }
    }),
  );
});

test('the records of the event are there to be put on the stream again', () => {
  const { records } = parseFailedEvent(batch);
  expect(records.map(({ sequenceNumber }) => sequenceNumber)).toEqual(['7', '8', '9']);
  expect(records[1]).toEqual({
    sequenceNumber: '8',
    partitionKey: '1',
    data: Buffer.from('this is not a sale').toString('base64'),
    arrivalMs: NOON_MS + 1001,
  });
});

test.each(['', '[]', '{}', '{"Records":{}}', '{"Records":[1]}', '{"Records":[{"kinesis":{}}]}'])(
  '%s is no event',
  (payload) => {
    expect(() => parseFailedEvent({ payload })).toThrow(FieldError);
  },
);

test('of a batch its sales are missing, and not the state that its window still has', () => {
  expect(missingIn(batch)).toMatchObject({ recordCount: 1, salesCents: 246, rejected: 2 });
});

test('of a final invocation its whole state is missing', () => {
  expect(missingIn(final)).toMatchObject({ recordCount: 2, salesCents: 300, rejected: 1 });
});

test('a final invocation without a state has nothing that could be missing', () => {
  expect(missingIn({ ...final, payload: '{"Records":[],"state":{}}' })).toMatchObject({ recordCount: 0 });
});

test('the key of a failure record, and of the marks beside it, is read as it was written', () => {
  const key = failureKey(MAPPING, SHARD, NOON_MS + 3_250, MAPPING);
  expect(key).toBe(`aws/lambda/${MAPPING}/${SHARD}/2026/01/01/2026-01-01T12.00.03-${MAPPING}`);
  const parsed = { key, mappingUuid: MAPPING, shardId: SHARD, timeMs: NOON_MS + 3_000 };
  expect(parseFailureKey(key)).toEqual({ kind: 'failure', ...parsed });
  expect(parseFailureKey(claimKey(key))).toEqual({ kind: 'claim', ...parsed });
  expect(parseFailureKey(redrivenKey(key))).toEqual({ kind: 'redriven', ...parsed });
});

test.each([
  'revenue_sum/dt=2026_01_01/1.json',
  'aws/lambda/',
  `aws/lambda/${MAPPING}/${SHARD}/2026/01/01/`,
  `aws/lambda/${MAPPING}/${SHARD}/2026/01/01/2026-01-01T99.00.03-x`,
  `aws/lambda/${MAPPING}/${SHARD}/2026/01/01/2026-01-01T12.00.03-x.json`,
])('%s is not of a failure', (key) => {
  expect(parseFailureKey(key)).toBeNull();
});
