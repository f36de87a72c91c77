import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkout, run } from '../checkout.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The templates, and the files that are published, whose names are their hashes. */
function outcome(folder: string): Readonly<Record<string, string>> {
  const out = path.join(folder, 'cdk.out');
  return Object.fromEntries(
    readdirSync(out)
      .filter((name) => /\.template\.json$|^asset\./.test(name))
      .sort()
      .map((name) => [name, name.startsWith('asset.') ? '' : readFileSync(path.join(out, name), 'utf8')]),
  );
}

describe('npm run synth', () => {
  test('gives the same templates and functions in whatever directory, with nothing but Node.js', {
    timeout: 180_000,
  }, () => {
    const [one, other] = [checkout('one'), checkout('quite/another one')];
    expect(run(one, ['synth'])).toEqual({
      status: 0,
      said: 'The templates and the functions are in cdk.out/.\n',
    });
    const first = outcome(one);
    expect(Object.keys(first)).toEqual([
      expect.stringMatching(/^asset\.[0-9a-f]{64}$/),
      expect.stringMatching(/^asset\.[0-9a-f]{64}$/),
      'tumbling-window-stream-analytics-kinesis-producer-stack.template.json',
      'tumbling-window-stream-analytics-stack.template.json',
    ]);

    // What an earlier run left behind is no part of it.
    mkdirSync(path.join(other, 'cdk.out'));
    writeFileSync(path.join(other, 'cdk.out/of-another-stage.template.json'), '{}');
    expect(run(other, ['synth']).status).toBe(0);
    expect(outcome(other)).toEqual(first);
  });

  test.each([
    [['synth', '-c', 'shards=none'], 'Expected -c shards to be a whole number from 1 to 200, got "none".'],
    [['synth', '-c', 'shard=2'], 'got "shard=2".'],
    [['deploy', '-c', 'mode=big'], 'Expected -c mode to be provisioned or on-demand, got "big".'],
  ])('%j ends with a sentence, before anything is built', (args, sentence) => {
    const { status, said } = run(root, args);
    expect(status).toBe(1);
    expect(said.trim().split('\n')).toHaveLength(1);
    expect(said).toContain(sentence);
  });
});

test.each(['deploy', 'destroy'])('npm run %s says which command mends it', { timeout: 60_000 }, (command) => {
  expect(run(root, [command])).toEqual({
    status: 1,
    said: `\nNo region is set, neither in AWS_REGION nor in the profile: say where.\n\n  AWS_REGION=us-east-1 npm run ${command}\n\n`,
  });
  const { status, said } = run(root, [command, '--region', 'eu-west-1']);
  expect(status).toBe(1);
  expect(said).toContain(`No AWS credentials were found`);
  expect(said).toContain(`AWS_PROFILE=NAME npm run ${command}`);
});
