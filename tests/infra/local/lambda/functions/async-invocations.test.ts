import { expect, test } from 'vitest';
import type { Clock } from '../../../../../infra/local/clock.ts';
import { AsyncInvocations } from '../../../../../infra/local/lambda/functions/async-invocations.ts';
import type { Invocation } from '../../../../../infra/local/lambda/functions/invocation.ts';
import { LambdaError, resourceNotFound } from '../../../../../infra/local/lambda/lambda-error.ts';

type Outcome = 'ok' | 'fails' | 'throttled' | 'gone';

/** A function that does as it is told, one attempt after the other (then always the last), and when it was tried, in seconds. */
async function attempts(...outcomes: readonly Outcome[]): Promise<readonly number[]> {
  let nowMs = 0;
  const clock: Clock = {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
  const tried: number[] = [];
  const requestIds = new Set<string | undefined>();
  const run = async ({ requestId }: { readonly requestId?: string }): Promise<Invocation> => {
    const outcome = outcomes[Math.min(tried.length, outcomes.length - 1)];
    tried.push(nowMs / 1000);
    requestIds.add(requestId);
    if (outcome === 'throttled') throw new LambdaError('TooManyRequestsException', 429, 'Rate Exceeded.');
    if (outcome === 'gone') throw resourceNotFound('Function not found');
    return {
      outcome:
        outcome === 'ok'
          ? { kind: 'success', requestId: 'r', payload: 'null' }
          : { kind: 'function-error', requestId: 'r', functionError: 'Unhandled', payload: '{}' },
      logTail: () => '',
    };
  };
  const queue = new AsyncInvocations({ run }, clock);
  queue.add({ functionName: 'f', payload: '{}', requestId: 'r' });
  await queue.settled();
  expect([...requestIds]).toEqual(['r']);
  return tried;
}

test('an event that succeeds runs once', async () => {
  expect(await attempts('ok')).toEqual([0]);
});

test('an event that fails is tried twice more, after one minute and after two, under the same request id', async () => {
  expect(await attempts('fails', 'ok')).toEqual([0, 60]);
  expect(await attempts('fails')).toEqual([0, 60, 180]);
});

test('an event that is throttled waits from one second up to five minutes, and uses no attempt', async () => {
  expect(await attempts('throttled', 'throttled', 'throttled', 'fails', 'ok')).toEqual([0, 1, 3, 7, 67]);
  const tried = await attempts('throttled');
  expect(tried.slice(0, 11)).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811]);
});

test('an event that is throttled for six hours is given up', async () => {
  const tried = await attempts('throttled');
  expect(tried.at(-1)).toBeLessThanOrEqual(6 * 3600);
  expect(tried.at(-1)).toBeGreaterThan(6 * 3600 - 300);
});

test('an event whose function is gone is dropped', async () => {
  expect(await attempts('gone')).toEqual([0]);
});
