import { expect, test } from 'vitest';
import { parseUrlState, serializeUrlState } from '../../components/live/url-state.ts';
import { Random } from '../../infra/local/testing/random.ts';
import { parseClicks } from '../../lib/contract/click.ts';
import { receiptLine } from '../../lib/contract/receipt-line.ts';
import { headerLine, parseReplay, resultLine } from '../../lib/contract/replay-file.ts';
import {
  type Aggregate,
  emptyAggregate,
  fold,
  parseState,
  serializeState,
} from '../../lib/core/aggregate.ts';
import { parseDayIndex, serializeDayIndex } from '../../lib/core/day-index.ts';
import { failureKey, parseFailureKey, redrivenKey } from '../../lib/core/failure-key.ts';
import { parseFailure, serializeFailure } from '../../lib/core/failure-record.ts';
import { resultKey } from '../../lib/core/object-key.ts';
import { parseRejected } from '../../lib/core/rejected-records.ts';
import { parseSale, serializeSale } from '../../lib/core/sale.ts';
import { parsePart, parseSnapshot, startOfKey } from '../../lib/core/window-part.ts';
import { parseOriginalResult, parseResult, resultOf, serializeResult } from '../../lib/core/window-result.ts';
import { header, replayed, sent } from '../components/replay/replayed-day.ts';
import { T, W } from '../components/slots.ts';
import { type Samples, spoiltJson, spoiltText, spoiltValue } from './spoilt.ts';

const INPUTS = 10_000;
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const SHARD = 'shardId-000000000000';
const SALES: Samples<object> = [
  { cust_name: 'Kobold', cust_id: 20_087_128, sales: 246, request_id: 'click', request_number: 1 },
  { cust_name: 'Orc', cust_id: 1, sales: -0.1 },
];

function folded(): Aggregate {
  const aggregate = emptyAggregate();
  SALES.forEach((sale, at) => {
    fold(aggregate, String(100 + at), parseSale(JSON.stringify(sale)));
  });
  return aggregate;
}

const RESULT = resultOf(folded(), { startMs: T, endMs: T + W }, SHARD, false);
if (RESULT === null) throw new Error('Expected a result');
const RESULTS: Samples<unknown> = [
  JSON.parse(serializeResult(RESULT)),
  { sales: 42187, tot_record_count: 156 },
];
const STATES: Samples<unknown> = [{}, JSON.parse(JSON.stringify(serializeState(folded())))];
const KEY = resultKey(RESULT);
const KEYS: Samples<string> = [
  KEY,
  `revenue_sum/dt=2021_01_24/${T + W + 7}.json`,
  'revenue_sum/dt=2021_01_24/',
  failureKey('0e64a0f5', SHARD, T, 'id'),
  redrivenKey(failureKey('0e64a0f5', SHARD, T, 'id')),
];
const REPLAYED = replayed(0, 1000, { click: [123] });
const REPLAY: Samples<string> = [
  headerLine(header()) +
    resultLine({ ...REPLAYED.part, body: REPLAYED.body }) +
    receiptLine(sent('click', 0, [123])),
];
const INDEX = JSON.parse(
  serializeDayIndex({
    day: '2021_01_24',
    shardId: SHARD,
    rows: [{ key: KEY, etag: '"e"', result: RESULT }],
  }),
);
const FAILURE = JSON.parse(
  serializeFailure({
    requestId: 'a-request',
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
    condition: 'RetryAttemptsExhausted',
    invokeCount: 101,
    response: { functionError: 'Unhandled' },
    timeMs: T + W,
    shardId: SHARD,
    streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
    batch: null,
    window: { window: { startMs: T, endMs: T + W }, final: true, early: false },
    payload: JSON.stringify({ Records: [], state: STATES[1] }),
  }),
);
const REJECTED = {
  shard_id: SHARD,
  records: [
    { reason: 'r', arrival_time: '2021-01-24T15:56:00Z', sequence_number: '1', partition_key: 'p', data: '' },
  ],
};
const CLICKS = [sent('click', 0, [123])];
const ADDRESS: Samples<string> = [
  '?day=2021-01-24&range=1611500400000-1611504000000&measure=count&w=1611503760000&limit=5.25&shards=1',
];
const OBJECT = { key: KEY, size: 1, lastModifiedMs: T + W };

interface Reading<Input, Read> {
  readonly input: (random: Random) => Input;
  /** Answers null where it refuses without an error, and else throws one of `errors`. */
  readonly read: (input: Input) => Read | null;
  readonly errors?: readonly string[];
  /** What has been read is read again from what this makes of it, as the same. */
  readonly write?: (read: Read) => Input;
}

/** How many of the inputs were read. */
function readings<Input, Read>({ input, read, errors = [], write }: Reading<Input, Read>): () => number {
  return () => {
    const random = new Random(SEED);
    let count = 0;
    for (let n = 0; n < INPUTS; n += 1) {
      const text = input(random);
      const said = () => `input ${n}: ${JSON.stringify(text).slice(0, 2000)}`;
      let value: Read | null = null;
      try {
        value = read(text);
      } catch (error) {
        if (!(error instanceof Error) || !errors.includes(error.name))
          throw new Error(said(), { cause: error });
        expect(error.message.length, said()).toBeLessThan(1000);
      }
      if (value === null) continue;
      count += 1;
      if (write === undefined) continue;
      const written = write(value);
      const again = read(written);
      expect(again === null ? null : write(again), said()).toEqual(written);
    }
    return count;
  };
}

const MALFORMED = ['MalformedResultError'];

test.each<readonly [string, () => number]>([
  [
    'a sale',
    readings({
      input: (random) => spoiltJson(random, SALES),
      read: (text) => {
        const parsed = parseSale(text);
        if (!parsed.ok) expect(parsed.reason.length).toBeLessThan(1000);
        return parsed.ok ? parsed.sale : null;
      },
      write: serializeSale,
    }),
  ],
  [
    'a state',
    readings({
      input: (random) => spoiltValue(random, STATES),
      read: parseState,
      errors: ['ForeignStateError'],
      write: (state): unknown => JSON.parse(JSON.stringify(serializeState(state))),
    }),
  ],
  [
    'a result',
    readings({
      input: (random) => spoiltJson(random, RESULTS),
      read: parseResult,
      errors: MALFORMED,
      write: serializeResult,
    }),
  ],
  [
    'a result of the original demo',
    readings({
      input: (random) => spoiltJson(random, RESULTS),
      read: parseOriginalResult,
      errors: MALFORMED,
    }),
  ],
  [
    'a result under its key',
    readings({
      input: (random) => spoiltJson(random, RESULTS),
      read: (text) => parsePart(OBJECT, text, 120),
      errors: MALFORMED,
    }),
  ],
  [
    'an open snapshot',
    readings({
      input: (random) => spoiltJson(random, RESULTS),
      read: (text) => parseSnapshot(OBJECT, text),
      errors: MALFORMED,
    }),
  ],
  [
    "a result's key",
    readings({ input: (random) => spoiltText(random, KEYS), read: (key) => startOfKey(key, 120) }),
  ],
  [
    'the key of what was given up',
    readings({
      input: (random) => spoiltText(random, KEYS),
      read: (key) => {
        const parsed = parseFailureKey(key);
        if (parsed !== null) expect(parsed.timeMs).toSatisfy(Number.isSafeInteger);
        return parsed;
      },
    }),
  ],
  [
    'a replay file',
    readings({
      input: (random) => spoiltText(random, REPLAY),
      read: parseReplay,
      errors: ['ReplayFileError'],
      write: ({ header: first, results, clicks }) =>
        [
          headerLine(first),
          ...results.map(({ part, body }) => resultLine({ ...part, body })),
          ...clicks.map(receiptLine),
        ].join(''),
    }),
  ],
  [
    'a day index',
    readings({
      input: (random) => spoiltJson(random, [INDEX]),
      read: (text) => parseDayIndex(text, '2021_01_24', SHARD),
      write: serializeDayIndex,
    }),
  ],
  [
    'a failure record',
    readings({
      input: (random) => spoiltJson(random, [FAILURE]),
      read: parseFailure,
      errors: ['FieldError'],
    }),
  ],
  ['rejected records', readings({ input: (random) => spoiltJson(random, [REJECTED]), read: parseRejected })],
  [
    "a browser's receipts",
    readings({ input: (random) => spoiltJson(random, [CLICKS]), read: parseClicks, write: JSON.stringify }),
  ],
  [
    "the page's address",
    readings({
      input: (random) => spoiltText(random, ADDRESS),
      read: parseUrlState,
      write: serializeUrlState,
    }),
  ],
])(`%s: each of ${INPUTS} inputs is read, and then to be read again, or refused in words`, (_, read) => {
  expect(read()).toBeGreaterThan(0);
});
