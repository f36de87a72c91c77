import { describe, expect, test } from 'vitest';
import type { MappingEnvironment } from '../../infra/local/lambda/event-source-mapping/mapping-environment.ts';
import { MemoryStream } from '../../infra/local/testing/memory-stream.ts';
import { BrokenLaw, Laws } from './laws.ts';
import { lawBrokenBy, numbers } from './play-seeds.ts';
import { LAWS, type Law } from './shadow.ts';
import { failureText, type Sabotage, simulate } from './simulation.ts';

interface Event {
  Records: unknown[];
  window: { start: string; end: string };
  state: object;
  isFinalInvokeForWindow: boolean;
  isWindowTerminatedEarly: boolean;
  more?: true;
}

type Invoke = MappingEnvironment['invoker']['invoke'];

const invoking =
  (change: (inner: Invoke) => Invoke): Sabotage =>
  (environment) => ({
    ...environment,
    invoker: { invoke: change((...call) => environment.invoker.invoke(...call)) },
  });

/** The function gets another event than the mapping made. */
const changing = (change: (event: Event) => void): Sabotage =>
  invoking((inner) => (arn, payload, requestId) => {
    const event: Event = JSON.parse(payload);
    change(event);
    return inner(arn, JSON.stringify(event), requestId);
  });

const shifted = (text: string, windows: number, event: Event) => {
  const lengthMs = Date.parse(event.window.end) - Date.parse(event.window.start);
  return new Date(Date.parse(text) + windows * lengthMs).toISOString().replace('.000Z', 'Z');
};

const shift = (windows: number) => (event: Event) => {
  if (event.isFinalInvokeForWindow) return;
  event.window = {
    start: shifted(event.window.start, windows, event),
    end: shifted(event.window.end, windows, event),
  };
};

const isFinal = (payload: string) => JSON.parse(payload).isFinalInvokeForWindow === true;

/** Each law, and what a mapping would have to get wrong to break it. */
const sabotages: readonly (readonly [law: Law, how: string, sabotage: Sabotage])[] = [
  [
    'seven keys',
    'an eighth one',
    changing((event) => {
      event.more = true;
    }),
  ],
  [
    'at most one invocation a shard',
    'two at the same time',
    invoking((inner) => (...call) => {
      void inner(...call);
      return inner(...call);
    }),
  ],
  [
    'windows are aligned and disjoint',
    'one that begins a second late',
    changing((event) => {
      event.window.start = new Date(Date.parse(event.window.start) + 1000).toISOString();
    }),
  ],
  [
    'only the final invocation is empty',
    'a batch without its records',
    changing((event) => {
      event.Records = [];
    }),
  ],
  ['no record before its window', 'the window before', changing(shift(-1))],
  ['a window is opened by its own record', 'the window after', changing(shift(1))],
  [
    'a window begins with an empty state',
    'something in it',
    changing((event) => {
      if (Object.keys(event.state).length === 0) event.state = { left: 'over' };
    }),
  ],
  [
    'the state is handed on unchanged',
    'something added',
    changing((event) => {
      if (Object.keys(event.state).length > 0) event.state = { ...event.state, more: 1 };
    }),
  ],
  [
    'order within a shard, without gaps or repeats',
    'pages the wrong way round',
    (environment) => ({
      ...environment,
      reader: {
        ...environment.reader,
        read: async (...where) => {
          const page = await environment.reader.read(...where);
          return { ...page, records: [...page.records].reverse() };
        },
      },
    }),
  ],
  [
    'a window is closed before the next one opens',
    'final invocations that are not made',
    invoking(
      (inner) =>
        async (arn, payload, requestId = '') =>
          isFinal(payload) ? { kind: 'success', requestId, payload: '{}' } : inner(arn, payload, requestId),
    ),
  ],
  [
    'no final invocation before its window ends',
    'a clock that is ahead',
    (environment) => ({ ...environment, idleSeconds: -1 }),
  ],
  [
    'no final invocation of a window without records',
    'a final invocation that is made twice',
    invoking((inner) => async (...call) => {
      const outcome = await inner(...call);
      return outcome.kind === 'success' && isFinal(call[1]) ? inner(...call) : outcome;
    }),
  ],
  [
    'a final invocation is repeated unchanged',
    'a checkpoint that forgets that the window is closing',
    (environment) => ({
      ...environment,
      store: {
        ...environment.store,
        saveCheckpoint: (uuid, shardId, checkpoint) => {
          const { open } = checkpoint.progress;
          const progress = { ...checkpoint.progress, open: open && { ...open, closing: null } };
          return environment.store.saveCheckpoint(uuid, shardId, { ...checkpoint, progress });
        },
      },
    }),
  ],
  [
    'early if, and only if, the state is too large',
    'every window early',
    changing((event) => {
      event.isWindowTerminatedEarly = event.isFinalInvokeForWindow;
    }),
  ],
  [
    'parents before children',
    'shards that know no parents',
    (environment) => ({
      ...environment,
      reader: {
        ...environment.reader,
        shards: async (arn) =>
          (await environment.reader.shards(arn)).map((shard) => ({
            ...shard,
            parentShardId: null,
            adjacentParentShardId: null,
          })),
      },
    }),
  ],
  [
    'nothing is given up before the retry policy says so',
    'records that expire at once',
    (environment) => ({ ...environment, resolveStream: async () => ({ retentionMs: 1 }) }),
  ],
  [
    'comes to rest',
    'final invocations that fail for ever',
    invoking(
      (inner) =>
        async (arn, payload, requestId = '') =>
          isFinal(payload)
            ? { kind: 'function-error', requestId, functionError: 'Unhandled', payload: '{}' }
            : inner(arn, payload, requestId),
    ),
  ],
];

describe('every law can be broken', () => {
  test.each(sabotages)('%s: %s', { timeout: 120_000 }, async (law, _, sabotage) => {
    expect(await lawBrokenBy(sabotage, law, 5_000)).toMatch(law);
  });

  const rules = {
    windowSeconds: 10,
    idleMs: 0,
    stateLimitBytes: 1_048_576,
    maximumRetryAttempts: -1,
  };
  const result = (id: string) =>
    JSON.stringify({
      sales: 1,
      tot_record_count: 1,
      window: { start: '2026-01-01T00:00:00Z', end: '2026-01-01T00:00:10Z' },
      shard_id: 'shardId-000000000000',
      first_sequence_number: '1',
      last_sequence_number: '1',
      min: 1,
      max: 1,
      rejected: 0,
      requests: { [id]: { record_count: 1, sales: 1 } },
      terminated_early: false,
    });
  const lawsOfOneRecord = () => {
    const stream = new MemoryStream('arn', 1);
    const { sequenceNumber } = stream.put('shardId-000000000000', '{"request_id":"a"}', 0);
    const laws = new Laws(stream, rules);
    laws.arrived('shardId-000000000000', sequenceNumber, 0, 0);
    return laws;
  };

  const unfinished = [
    ['every record in a result', [], []],
    [
      'no record in two results',
      [
        ['1', result('a')],
        ['2', result('a')],
      ],
      [],
    ],
    ['everything is done in the end', [['1', result('a')]], []],
  ] as const satisfies readonly (readonly [law: Law, ...unknown[]])[];

  test('and none is left out', () => {
    expect([...sabotages, ...unfinished].map(([law]) => law).sort()).toEqual([...LAWS].sort());
  });

  test.each(unfinished)('%s', (law, results, failures) => {
    expect(() => lawsOfOneRecord().atRest(new Map(results), failures)).toThrow(BrokenLaw);
    expect(() => lawsOfOneRecord().atRest(new Map(results), failures)).toThrow(law);
  });
});

/** What happens in a schedule, in company of others or alone. */
async function traceOf(seed: number, count: number): Promise<string[]> {
  const traces = new Map<number, string[]>();
  for (const one of numbers(seed, count)) traces.set(one, []);
  await simulate(numbers(seed, count), () => {}, {
    trace: (line, of) => traces.get(of)?.push(line),
  });
  return traces.get(seed) ?? [];
}

test('the same seed gives the same trace, alone or among others', async () => {
  const trace = await traceOf(7, 1);
  expect(trace.length).toBeGreaterThan(20);
  expect(await traceOf(7, 1)).toEqual(trace);
  expect(await traceOf(7, 40)).toEqual(trace);
  expect(await traceOf(8, 1)).not.toEqual(trace);
});

test('a seed that fails says so, and how to play it again', async () => {
  const [[, , sabotage] = []] = sabotages;
  const told: string[] = [];
  await simulate([41], (outcome) => told.push(failureText(outcome)), sabotage && { sabotage });
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^seed 41: seven keys: .*\n {2}play it again: npm run simulate -- --seed 41$/);
});
