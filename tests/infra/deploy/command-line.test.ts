import { describe, expect, test } from 'vitest';
import { parseCommandLine, UsageError } from '../../../infra/deploy/command-line.ts';

describe('a command line', () => {
  test('says what to do, where, and with what', () => {
    const args = [
      'deploy',
      '-c',
      'stage=dev',
      '--context=shards=2',
      '--profile',
      'work',
      '--region=eu-west-1',
    ];
    const line = parseCommandLine(args);
    expect(line).toMatchObject({
      command: 'deploy',
      profile: 'work',
      region: 'eu-west-1',
      results: null,
      rest: [],
    });
    expect(Object.fromEntries(line.context)).toEqual({ stage: 'dev', shards: '2' });
  });

  test('takes -c ephemeral for -c ephemeral=true, which the CDK CLI would drop', () => {
    expect(Object.fromEntries(parseCommandLine(['synth', '-c', 'ephemeral']).context)).toEqual({
      ephemeral: 'true',
    });
  });

  test('hands on what it does not know, in its order', () => {
    const { rest } = parseCommandLine(['deploy', '--require-approval', 'broadening', '-c', 'shards=1', '-v']);
    expect(rest).toEqual(['--require-approval', 'broadening', '-v']);
  });

  test("lets CDK's own context values through", () => {
    const { context } = parseCommandLine([
      'synth',
      '-c',
      'aws:cdk:bundling-stacks=[]',
      '-c',
      '@aws-cdk/x:y=1',
    ]);
    expect([...context.keys()]).toEqual(['aws:cdk:bundling-stacks', '@aws-cdk/x:y']);
  });

  test('keeps = in a value', () => {
    expect(parseCommandLine(['synth', '-c', 'alarmTopic=a=b']).context.get('alarmTopic')).toBe('a=b');
  });

  test.each([
    ['--delete-results', 'delete'],
    ['--keep-results', 'keep'],
  ] as const)('of destroy takes %s', (option, results) => {
    expect(parseCommandLine(['destroy', option]).results).toBe(results);
  });

  test('can be typed again, but for its region', () => {
    const typed = (...args: string[]) => parseCommandLine(args).typed;
    expect(typed('deploy')).toBe('npm run deploy');
    expect(typed('destroy', '-c', 'stage=dev', '--region', 'eu-west-1', '--profile', 'p')).toBe(
      'npm run destroy -- -c stage=dev --profile p',
    );
    expect(typed('deploy', '--region=eu-west-1')).toBe('npm run deploy');
  });
});

test.each([
  [[], 'Expected one of synth, deploy, destroy, got "".'],
  [['remove'], 'got "remove".'],
  [['deploy', '-c'], 'Expected a value after -c, got nothing.'],
  [['deploy', '--profile='], 'Expected a value after --profile, got nothing.'],
  [['deploy', '-c', 'shard=2'], 'got "shard=2".'],
  [['deploy', '--delete-results'], '--delete-results is for npm run destroy, not for deploy.'],
])('%j is refused', (args, message) => {
  expect(() => parseCommandLine(args)).toThrow(UsageError);
  expect(() => parseCommandLine(args)).toThrow(message);
});
