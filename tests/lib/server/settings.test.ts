import { describe, expect, test } from 'vitest';
import { readSettings, SettingError } from '../../../lib/server/settings.ts';

const BUCKET = { BUCKET_NAME: 'results' };

test('what is not set is as the stacks deploy it', () => {
  expect(readSettings(BUCKET)).toEqual({
    bucket: 'results',
    producerFunction: 'data_producer_fn',
    consumerFunction: 'stream_record_processor',
    stream: 'data_pipe',
    region: null,
    endpoint: null,
    isLocal: false,
    windowSeconds: 120,
    idleSeconds: 120,
    hosts: [],
    embedOrigins: [],
    salesPerHour: 1_000_000,
  });
});

test('an empty variable is as good as none', () => {
  expect(readSettings({ ...BUCKET, WINDOW_SECONDS: '', AWS_REGION: ' ' })).toEqual(readSettings(BUCKET));
});

test("S3's own endpoint comes before that of all services, as in the SDK", () => {
  const AWS_ENDPOINT_URL = 'http://127.0.0.1:4566';
  expect(readSettings({ ...BUCKET, AWS_ENDPOINT_URL })).toMatchObject({
    endpoint: AWS_ENDPOINT_URL,
    isLocal: true,
  });
  expect(
    readSettings({ ...BUCKET, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3: 'https://s3.example.com' }),
  ).toMatchObject({ endpoint: 'https://s3.example.com', isLocal: false });
});

test('hosts are names separated by commas', () => {
  expect(readSettings({ ...BUCKET, DASHBOARD_HOSTS: 'Sales.example.com, 10.0.0.7:3000' }).hosts).toEqual([
    'sales.example.com',
    '10.0.0.7:3000',
  ]);
});

describe('a bad setting is named, with what it takes and what came', () => {
  test.each([
    ['BUCKET_NAME', undefined, /^Expected the environment variable BUCKET_NAME to be .*, got nothing\.$/],
    ['BUCKET_NAME', 'No Bucket', /BUCKET_NAME .*got "No Bucket"/],
    ['WINDOW_SECONDS', '0', /WINDOW_SECONDS to be a whole number of seconds from 1 to 900, got "0"/],
    ['WINDOW_SECONDS', '1.5', /WINDOW_SECONDS/],
    ['WINDOW_SECONDS', '901', /WINDOW_SECONDS/],
    ['WINDOW_IDLE_SECONDS', '-1', /WINDOW_IDLE_SECONDS/],
    ['WINDOW_IDLE_SECONDS', '121', /WINDOW_IDLE_SECONDS/],
    ['AWS_ENDPOINT_URL', 'localhost:4566', /AWS_ENDPOINT_URL to be a URL/],
    ['AWS_REGION', 'Frankfurt', /AWS_REGION to be a region such as/],
    ['DASHBOARD_HOSTS', 'https://a/b', /DASHBOARD_HOSTS/],
  ])('%s=%s', (variable, value, message) => {
    const read = () => readSettings({ ...BUCKET, [variable]: value });
    expect(read).toThrow(SettingError);
    expect(read).toThrow(message);
  });
});
