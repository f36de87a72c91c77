import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientEnvironment, localEnvironment, pageEnvironment } from '../../../infra/local/environment.ts';
import { readLocalSettings, SettingError } from '../../../infra/local/local-settings.ts';

test('without any variable the settings are those of the README', () => {
  expect(readLocalSettings({}, '/project')).toEqual({
    port: 4566,
    dataDir: '/project/.local',
    shardCount: 1,
    windowSeconds: 120,
    idleSeconds: 1,
    consumerHandler: { file: '/project/infra/functions/consumer.ts', exportName: 'handler' },
    enforceLimits: false,
    strictFinal: false,
    currency: 'USD',
    region: 'us-east-1',
    accountId: '000000000000',
  });
});

describe('a setting that cannot be used stops the start and names the variable', () => {
  test.each([
    ['WINDOW_SECONDS', '0', 'a whole number from 1 to 900'],
    ['WINDOW_SECONDS', '901', 'a whole number from 1 to 900'],
    ['WINDOW_SECONDS', '1.5', 'a whole number from 1 to 900'],
    ['WINDOW_SECONDS', '2m', 'a whole number from 1 to 900'],
    ['WINDOW_SECONDS', '-5', 'a whole number from 1 to 900'],
    ['WINDOW_IDLE_SECONDS', '121', 'a whole number from 0 to 120'],
    ['SHARD_COUNT', '0', 'a whole number from 1 to 200'],
    ['LOCAL_AWS_PORT', '65536', 'a whole number from 0 to 65535'],
    ['LOCAL_AWS_PORT', 'http', 'a whole number from 0 to 65535'],
    ['NEXT_PUBLIC_CURRENCY', 'dollars', 'a currency by its three letters, such as EUR'],
  ])('%s=%s', (variable, value, expected) => {
    const read = () => readLocalSettings({ [variable]: value }, '/project');
    expect(read).toThrow(SettingError);
    expect(read).toThrow(`Expected ${variable} to be ${expected}, got "${value}"`);
  });
});

test('a handler of the user names its file and, after a #, its export', () => {
  const handler = (value: string) =>
    readLocalSettings({ CONSUMER_HANDLER: value }, '/project').consumerHandler;
  expect(handler('my/consumer.ts')).toEqual({ file: '/project/my/consumer.ts', exportName: 'handler' });
  expect(handler('/abs/consumer.js#fold')).toEqual({ file: '/abs/consumer.js', exportName: 'fold' });
  expect(handler('../c#/x.ts')).toEqual({ file: '/c#/x.ts', exportName: 'handler' });
  expect(handler('../c#1/x#2.ts#fold')).toEqual({ file: '/c#1/x#2.ts', exportName: 'fold' });
});

test('a process beside the local runtime has of AWS what the runtime sets, and nothing else', () => {
  const settings = readLocalSettings({}, '/project');
  const own = pageEnvironment('http://127.0.0.1:4566', settings);
  expect(own).toMatchObject({
    ...clientEnvironment('http://127.0.0.1:4566', settings),
    BUCKET_NAME: 'tumbling-window-results',
    PRODUCER_FUNCTION_NAME: 'data_producer_fn',
    WINDOW_SECONDS: '120',
  });
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), fc.string(), (hostile, home) => {
      const aws = Object.fromEntries(Object.entries(hostile).map(([name, value]) => [`AWS_${name}`, value]));
      const env = {
        ...aws,
        aws_profile: 'prod',
        HOME: home,
        BUCKET_NAME: 'another',
        NO_PROXY: 'example.com',
      };
      expect(localEnvironment(env, own)).toEqual({
        ...own,
        HOME: home,
        NO_PROXY: 'example.com,127.0.0.1,localhost',
        no_proxy: 'example.com,127.0.0.1,localhost',
      });
    }),
  );
});
