import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { allowedIn } from './policy-statements.ts';
import { synthesize } from './synthesized.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The permission that each call takes; null where AWS asks for none. */
const ACTIONS: Readonly<Record<string, string | null>> = {
  DescribeStreamSummary: 'kinesis:DescribeStreamSummary',
  FilterLogEvents: 'logs:FilterLogEvents',
  GetCallerIdentity: null,
  GetFunctionConfiguration: 'lambda:GetFunctionConfiguration',
  GetObject: 's3:GetObject',
  GetRecords: 'kinesis:GetRecords',
  GetSecretValue: 'secretsmanager:GetSecretValue',
  GetShardIterator: 'kinesis:GetShardIterator',
  Invoke: 'lambda:InvokeFunction',
  ListEventSourceMappings: 'lambda:ListEventSourceMappings',
  ListObjectsV2: 's3:ListBucket',
  ListShards: 'kinesis:ListShards',
  PutObject: 's3:PutObject',
  PutRecords: 'kinesis:PutRecords',
};

function callsIn(source: string): string[] {
  const file = path.join(root, source);
  const files = source.endsWith('.ts')
    ? [file]
    : readdirSync(file, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => path.join(file, name));
  const calls = files.flatMap((name) =>
    [...readFileSync(name, 'utf8').matchAll(/new (\w+)Command\(/g)].map(([, call]) => call ?? ''),
  );
  return [...new Set(calls)].sort();
}

const { producer, analytics, pipelineApp } = synthesize({ context: { page: 'true', pageBundle: 'none' } });
const allowed = [
  producer,
  analytics,
  ...(pipelineApp.pageStack === null ? [] : [Template.fromStack(pipelineApp.pageStack)]),
].flatMap(allowedIn);

test.each([
  ['infra/functions/producer.ts', ['ProducerRole']],
  ['infra/functions/bucket-writer.ts', ['ConsumerRole']],
  ['infra/functions/day-indexes.ts', ['ConsumerRole']],
  ['lib/server', ['PagePolicy', 'PageDiagnosticsPolicy', 'Role']],
  ['infra/doctor', ['PagePolicy', 'PageDiagnosticsPolicy']],
])('what %s calls is allowed by %j', (source, who) => {
  const calls = callsIn(source);
  expect(calls.length).toBeGreaterThan(0);
  for (const call of calls) {
    const action = ACTIONS[call];
    expect(action, `${call}: which permission does it take?`).not.toBeUndefined();
    const holders = allowed.filter((each) => each.action === action).map((each) => each.who);
    if (action !== null)
      expect(
        who.some((each) => holders.includes(each)),
        call,
      ).toBe(true);
  }
});

test('what the page cannot do without takes its first policy alone', () => {
  const first = new Set(allowed.filter(({ who }) => who === 'PagePolicy').map(({ action }) => action));
  expect(first).toEqual(new Set(['Invoke', 'ListObjectsV2', 'GetObject'].map((call) => ACTIONS[call])));
});
