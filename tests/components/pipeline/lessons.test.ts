import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LESSONS, whatLambdaDid } from '../../../components/pipeline/lessons.ts';
import { RUNTIME_ACTIONS } from '../../../lib/contract/runtime-answer.ts';

const invocation = {
  timeMs: 0,
  requestId: 'r',
  shardId: 'shardId-000000000000',
  records: 1,
  rejected: 0,
  skipped: 0,
  final: false,
  terminatedEarly: false,
  durationMs: 1,
  stateBytes: 10,
  before: { recordCount: 0, salesCents: 0 },
  after: { recordCount: 1, salesCents: 100 },
  writtenKey: null,
  error: null,
};
const shard = {
  shardId: 'shardId-000000000000',
  closed: false,
  recordsWaiting: 0,
  millisBehindLatest: 0,
  lastError: null,
};
const runtime = { consumerStopped: false, shards: [shard] };

test('each fault has its lesson, and each lesson a heading of the rules', () => {
  const other = ['time-lapse', 'real-time', 'reset', 'demo-day', 'redrive'];
  expect(Object.keys(LESSONS).sort()).toEqual(RUNTIME_ACTIONS.filter((name) => !other.includes(name)).sort());
  const page = readFileSync(fileURLToPath(new URL('../../../docs/fidelity.md', import.meta.url)), 'utf8');
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);
  for (const { heading } of Object.values(LESSONS)) expect(headings).toContain(heading);
});

test('a lesson tells what has happened, and nothing that has not', () => {
  expect(whatLambdaDid('consumer-error', { runtime, invocations: [] })).toEqual([]);
  expect(
    whatLambdaDid('consumer-error', { runtime, invocations: [{ ...invocation, error: 'boom' }, invocation] }),
  ).toEqual(['Failed: boom', '2 invocations since then.']);
  expect(whatLambdaDid('poison-record', { runtime, invocations: [{ ...invocation, rejected: 1 }] })).toEqual([
    '1 record rejected.',
    '1 invocation since then.',
  ]);
  expect(
    whatLambdaDid('duplicate-delivery', { runtime, invocations: [{ ...invocation, skipped: 91 }] }),
  ).toContain('91 records skipped as known.');
});

test('a stopped consumer is told by what waits, and a reshard by its shards', () => {
  const stopped = { consumerStopped: true, shards: [{ ...shard, recordsWaiting: 12 }] };
  expect(whatLambdaDid('stop-consumer', { runtime: stopped, invocations: [] })).toEqual([
    'It is stopped; 12 records waiting.',
  ]);
  expect(whatLambdaDid('start-consumer', { runtime, invocations: [] })).toEqual(['Nothing waits any more.']);
  const split = { ...runtime, shards: [{ ...shard, closed: true }, shard, shard] };
  expect(whatLambdaDid('split-shard', { runtime: split, invocations: [] })).toEqual([
    'The stream has 2 open shards now.',
  ]);
});
