import { describe, expect, test } from 'vitest';
import { clientEnvironment, pageEnvironment, withoutOtherWorld } from '../../../infra/local/environment.ts';
import { readLocalSettings, SettingError } from '../../../infra/local/settings.ts';

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
});

test('the local page never inherits another identity or endpoint', () => {
  const env = withoutOtherWorld({
    PATH: '/bin',
    AWS_PROFILE: 'prod',
    AWS_SESSION_TOKEN: 't',
    AWS_ENDPOINT_URL_S3: 'https://s3.example',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.2',
  });
  expect(env).toEqual({ PATH: '/bin' });
  const settings = readLocalSettings({}, '/project');
  expect(pageEnvironment('http://127.0.0.1:4566', settings)).toMatchObject({
    ...clientEnvironment('http://127.0.0.1:4566', settings),
    BUCKET_NAME: 'tumbling-window-results',
    PRODUCER_FUNCTION_NAME: 'data_producer_fn',
    WINDOW_SECONDS: '120',
  });
});
