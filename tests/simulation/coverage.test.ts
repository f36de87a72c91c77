import { expect, test } from 'vitest';
import { numbers } from './play-seeds.ts';
import { simulate } from './simulation.ts';

/** What the schedules are there to play, and how a trace tells of it. */
const KINDS: Readonly<Record<string, RegExp>> = {
  'an arrival': /arrives in/,
  'an arrival in the past': /arrives in \S+ at -/,
  'a shard beside the first': /call \S+ (\(.*\) )?shardId-000000000001/,
  'a split': /^split/,
  'a merge': /^merge/,
  'a crash of the process': /^crash/,
  'a disabled mapping': /^disable/,
  'an enabled mapping': /^enable/,
  'a changed mapping': /^update/,
  'a throttle': /^throttled/,
  'an error of the function': /\(error\)/,
  'an answer without a state': /\(bad state\)/,
  'a time-out that wrote all the same': /\(timeout\)/,
  'a lost answer of a final invocation': /\(lost answer\).*final/,
  'a partial failure': /the rest reported/,
  'a batch that is given up': /given up.*batchSize/,
  'a final invocation that is given up': /given up (?!.*batchSize)/,
  'a state that is too large': /early final/,
  'a read or a write that fails': /fails$/,
};

test('the schedules play everything that they are there to play, many times', {
  timeout: 120_000,
}, async () => {
  const counts = new Map(Object.keys(KINDS).map((kind) => [kind, 0]));
  const running = new Map<number, Set<string>>();
  let diedInMidInvocation = 0;
  const trace = (line: string, seed: number) => {
    const what = line.slice(11, 400); // without the states
    for (const [kind, pattern] of Object.entries(KINDS)) {
      if (pattern.test(what)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    const [verb, requestId = ''] = what.split(' ');
    const calls = running.get(seed) ?? new Set();
    running.set(seed, calls);
    if (verb === 'call') calls.add(requestId);
    if (verb === 'back') calls.delete(requestId);
    if (verb === 'crash') {
      diedInMidInvocation += calls.size;
      calls.clear();
    }
  };
  await simulate(numbers(1, 1_000), () => {}, { trace });
  expect(Object.fromEntries([...counts].filter(([, count]) => count < 10))).toEqual({});
  expect(diedInMidInvocation).toBeGreaterThan(100);
});
