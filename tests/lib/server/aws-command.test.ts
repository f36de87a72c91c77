import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { awsCommand } from '../../../lib/server/aws-command.ts';

test('names the endpoint where it is not AWS itself, and quotes only what needs it', () => {
  expect(awsCommand(['s3', 'cp', 's3://results/revenue_sum/a.json', '-'], null)).toBe(
    'aws s3 cp s3://results/revenue_sum/a.json -',
  );
  expect(awsCommand(['s3', 'ls', "s3://results/it's $HOME"], 'http://127.0.0.1:4566')).toBe(
    `aws s3 ls 's3://results/it'\\''s $HOME' --endpoint-url http://127.0.0.1:4566`,
  );
});

test('a shell takes each word as it was, whatever is in it', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 0 }).map((text) => text.replaceAll('\0', ''));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      const line = awsCommand(words, null).replace(/^aws/, String.raw`printf '%s\0'`);
      const { stdout } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
      expect(stdout.split('\0').slice(0, -1)).toEqual(words);
    }),
    { numRuns: 50 },
  );
});
