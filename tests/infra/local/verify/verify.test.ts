import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { explain, RULES } from '../../../../infra/local/verify/broken-rule.ts';
import { openNodeConsumer } from '../../../../infra/local/verify/node-consumer.ts';
import { openProcessConsumer } from '../../../../infra/local/verify/process-consumer.ts';
import { readSample } from '../../../../infra/local/verify/sample-file.ts';
import { drawSchedule, UNDISTURBED } from '../../../../infra/local/verify/schedule.ts';
import { shrink } from '../../../../infra/local/verify/shrink.ts';
import { type VerificationOptions, verifyConsumer } from '../../../../infra/local/verify/verification.ts';
import { verifyReport } from '../../../../infra/local/verify/verify-report.ts';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const consumerFile = fileURLToPath(new URL('../../../../infra/functions/consumer.ts', import.meta.url));
const records = readSample(fixture('sample.ndjson'), 120);
const sample = { records, windowSeconds: 120, shards: 1, environment: { BUCKET_NAME: 'results' } };

const verified = (host: VerificationOptions['host'], more: Partial<VerificationOptions> = {}) =>
  verifyConsumer({ host, sample, sum: 'sales', ignore: [], schedules: 300, firstSeed: 1, ...more });

const report = (verification: Awaited<ReturnType<typeof verified>>) =>
  verifyReport(verification, (seed) => `--seed ${seed}`).join('\n');

test('this project’s consumer leaves the same, whatever AWS may do', async () => {
  const quiet = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  for (const each of quiet) each.mockReturnValue(true);
  vi.spyOn(console, 'warn').mockReturnValue();
  const verification = await verified(await openNodeConsumer(consumerFile, 'handler'), {
    ignore: ['revenue_live/', 'revenue_day/'],
    schedules: 100,
  });
  vi.restoreAllMocks();
  expect(report(verification)).toMatch(/^Holds: 100 schedules .*\nIts state is bounded/);
}, 120_000);

describe('a consumer that breaks is told why, by the least that breaks it', () => {
  test.each([
    [
      'counts-outside-state.ts',
      /kept in memory|counts outside/,
      [RULES.failures, RULES.batchRepeats, RULES.finalRepeats],
    ],
    ['reads-first-record.ts', /final invocation .* no records .*Records\[0\]/, [RULES.emptyFinal]],
    ['forgets-state.ts', /every invocation must return its state/, [RULES.answer]],
    ['ignores-state.ts', /into the `state` that came with them/, [RULES.batches]],
    ['keeps-a-set.ts', /state became too large, and its window ended early/, [RULES.early]],
    ['swallows-errors.ts', /S3 refused, and the handler answered as if all were well/, [RULES.failures]],
    ['forgets-the-shard.ts', /a key without the shard/, [RULES.shards]],
    ['does-not-wait.ts', /answered before it had written 2026-01-01T12:.*Await every write/, [RULES.frozen]],
    ['overwrites.ts', /2026-01-01T12_shardId-0+.json is the key of \d+ windows/, [RULES.nextWindow]],
    ['counts-in-the-final.ts', /Nothing is counted: .* final invocation has no records/, [RULES.emptyFinal]],
    ['remembers-writes.ts', /remembers outside `state` that it had written/, [RULES.finalRepeats]],
    ['adds-decimals.ts', /last digits alone.*Add whole numbers/, [RULES.batches]],
  ])(
    '%s',
    async (name, why, rules) => {
      const verification = await verified(await openNodeConsumer(fixture(name), 'handler'));
      if (verification.kind !== 'broken') throw new Error(report(verification));
      expect(verification.why).toMatch(why);
      expect(rules).toContain(verification.rule);
      const { faults, late, reshardings, stateLimit } = verification.schedule;
      expect(
        faults.length + late.length + reshardings.length + (stateLimit === null ? 0 : 1),
      ).toBeLessThanOrEqual(1);
      const text = report(verification);
      expect(text).toContain(verification.rule);
      if (verification.seed !== null) expect(text).toContain(`--seed ${verification.seed}`);
    },
    60_000,
  );

  test('one that cannot be loaded is told that, and no more than the first attempts', async () => {
    const text = report(await verified(await openNodeConsumer(fixture('swallows-errors.ts'), 'process')));
    expect(text).toMatch(/The handler cannot be loaded.* to export a function process/);
    expect(text.split('\n').length).toBeLessThan(40);
  });

  test('one in Python of another name is told so before long', async () => {
    const host = await openProcessConsumer(fixture('clock_keys.py'), 'no_such_handler', {});
    try {
      const few = { ...sample, records: records.slice(3, 5) };
      expect(report(await verified(host, { sample: few }))).toMatch(/Handler 'no_such_handler' missing/);
    } finally {
      await host.close();
    }
  }, 60_000);

  test('one that writes nothing is not told of errors of S3', async () => {
    const host = await openNodeConsumer(fixture('counts-in-memory.ts'), 'handler');
    const text = report(await verified(host));
    expect(text).toContain('Why: ');
    expect(text).not.toContain('S3');
  }, 60_000);

  test('one in Python whose key is the clock’s time and which swallows S3’s errors', async () => {
    const host = await openProcessConsumer(fixture('clock_keys.py'), 'lambda_handler', {});
    try {
      const few = { ...sample, records: records.slice(3, 7) };
      const text = report(await verified(host, { sample: few, schedules: 50 }));
      expect(text).toMatch(/from the clock/);
      expect(text).toMatch(/S3 refused, and the handler answered as if all were well/);
      expect(text).toMatch(/writes revenue_sum\/dt=/);
    } finally {
      await host.close();
    }
  }, 60_000);
});

test('of one that writes nothing, no key is what a split shard breaks', () => {
  const split = { atMs: 0, kind: 'split', pick: 0 } as const;
  const nothing = { objects: new Map(), states: new Map(), sum: 1 };
  const run = { invocations: [], finals: [], dropped: [], objects: [], open: [] };
  const { why } = explain(
    { sample, schedule: { ...UNDISTURBED, reshardings: [split] } },
    { run, writes: [] },
    nothing,
    { ...nothing, sum: 2 },
  );
  expect(why).toMatch(/outside `state`/);
  expect(why).not.toMatch(/key/);
});

test('what a consumer leaves out whatever happens is said, and is no verdict', async () => {
  const host = await openNodeConsumer(fixture('counts-half.ts'), 'handler');
  expect(report(await verified(host, { schedules: 20 }))).toMatch(
    /^Holds: 20 schedules .*\nBut the results add up to \d+, and the records to \d+/,
  );
  const whole = await openNodeConsumer(consumerFile, 'handler');
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const held = report(await verified(whole, { ignore: ['revenue_live/', 'revenue_day/'], schedules: 1 }));
  vi.restoreAllMocks();
  expect(held).not.toContain('But');
});

test('a number that no result has cannot be added up', async () => {
  const host = await openNodeConsumer(fixture('forgets-the-shard.ts'), 'handler');
  await expect(verified(host, { sum: 'slaes' })).rejects.toThrow(
    'Expected --sum to be a number of the results, or of the finals\' states, got "slaes"',
  );
});

test('a seed gives the same schedule, and the same verdict', async () => {
  const host = await openNodeConsumer(fixture('swallows-errors.ts'), 'handler');
  const first = await verified(host);
  if (first.kind !== 'broken' || first.seed === null) throw new Error(report(first));
  const again = await verified(host, { firstSeed: first.seed, schedules: 1 });
  expect(again).toEqual(first);
  const draw = { parts: true, grows: true };
  expect(drawSchedule(7, sample, draw)).toEqual(drawSchedule(7, sample, draw));
}, 60_000);

test('a counterexample is made smaller for a minute at most', async () => {
  const found = { sample, schedule: { ...UNDISTURBED, batchSize: 1, idleSeconds: 5 } };
  let nowMs = 0;
  const slow = async () => {
    nowMs += 59_000;
    return true;
  };
  const least = await shrink(found, slow, () => nowMs);
  expect(nowMs).toBe(118_000);
  expect(least.schedule).toEqual(UNDISTURBED);
});

test('each rule that is named is one of docs/fidelity.md', () => {
  const docs = readFileSync(fileURLToPath(new URL('../../../../docs/fidelity.md', import.meta.url)), 'utf8');
  for (const rule of Object.values(RULES)) expect(docs, rule).toContain(`\n| ${rule}`);
});

describe('a sample of records', () => {
  test('without times comes at even distances, five a window', () => {
    expect(records.slice(0, 6).map(({ at }) => new Date(at).toISOString().slice(11, 19))).toEqual([
      '12:00:00',
      '12:00:24',
      '12:00:48',
      '12:01:12',
      '12:01:36',
      '12:02:00',
    ]);
  });

  test('may begin with the mark of its encoding', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sample-'));
    const file = path.join(folder, 'marked.ndjson');
    await writeFile(file, '\uFEFF{"sales":1}\r\n');
    expect(JSON.parse(String(readSample(file, 120)[0]?.data))).toEqual({ sales: 1 });
    await rm(folder, { recursive: true });
  });

  test('that is not there is said so', () => {
    expect(() => readSample('/nowhere.ndjson', 120)).toThrow(/Expected --records to be a file/);
  });
});
