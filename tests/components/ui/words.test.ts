import { expect, test } from 'vitest';
import { idleHours, streamCost } from '../../../components/dashboard/cost-meter.tsx';
import { healthSentence } from '../../../components/pipeline/hop-words.ts';
import { shardName } from '../../../components/ui/shard-name.ts';
import type { Hop } from '../../../lib/contract/answers.ts';

function hop(name: Hop['name'], status: Hop['status']): Hop {
  return { name, status, durationMs: 1, detail: 'It is stopped.', fix: null };
}

test('health is one sentence: what is wrong comes first, and what may not be asked is no fault', () => {
  expect(healthSentence([])).toBe('Asking each hop…');
  expect(healthSentence([hop('producer', 'ok'), hop('bucket', 'ok')])).toBe('Every hop answers.');
  expect(healthSentence([hop('producer', 'ok'), hop('stream', 'unknown')])).toBe(
    'Every hop that may be asked answers; 1 may not.',
  );
  expect(healthSentence([hop('producer', 'ok'), hop('consumer', 'down')])).toBe(
    'Consumer is down: It is stopped.',
  );
});

test('what several hops have to say is said once, and when all are down in one sentence', () => {
  const names = ['producer', 'stream', 'consumer', 'bucket'] as const;
  expect(healthSentence([hop('producer', 'ok'), hop('stream', 'down'), hop('bucket', 'down')])).toBe(
    'Kinesis and S3 are down: It is stopped.',
  );
  expect(healthSentence([...names.map((name) => hop(name, 'down')), hop('dashboard', 'slow')])).toBe(
    'Nothing of the pipeline answers: It is stopped.',
  );
});

test('a shard’s name is its number, if it has one', () => {
  expect(shardName('shardId-000000000012')).toBe('Shard 12');
  expect(shardName('shard-a')).toBe('shard-a');
  expect(shardName(null)).toBe('Shard not named');
});

test('a shard costs 0.36 USD a day, used or not', () => {
  expect(streamCost(1).dayUsd).toBeCloseTo(0.36, 10);
  expect(streamCost(2).monthUsd).toBeCloseTo(21.6, 10);
});

test('idleness is told from three hours on, and never guessed', () => {
  const hour = 3_600_000;
  expect(idleHours(null, 100 * hour)).toBeNull();
  expect(idleHours(0, 3 * hour - 1)).toBeNull();
  expect(idleHours(0, 3 * hour)).toBe(3);
});
