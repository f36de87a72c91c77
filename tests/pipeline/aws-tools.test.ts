import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readLocalSettings } from '../../infra/local/local-settings.ts';
import { openRuntime, type Runtime } from '../../infra/local/runtime.ts';
import { parseResult, type WindowResult } from '../../lib/core/window-result.ts';

/**
 * What the AWS CLI and boto3 send, byte for byte as botocore writes it (HTTP/1.1, its headers, its signature's shape),
 * against the whole runtime: neither needs to be installed here.
 */
let dataDir: string;
let runtime: Runtime;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'aws-tools-'));
  runtime = await openRuntime(
    readLocalSettings(
      { LOCAL_AWS_PORT: '0', LOCAL_DATA_DIR: dataDir, WINDOW_SECONDS: '1', WINDOW_IDLE_SECONDS: '0' },
      process.cwd(),
    ),
  );
});
afterAll(async () => {
  await runtime.close();
  await rm(dataDir, { recursive: true, force: true });
});

function send(
  service: string,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(runtime.url);
  const authorization =
    `AWS4-HMAC-SHA256 Credential=local/20261125/us-east-1/${service}/aws4_request, ` +
    'SignedHeaders=content-type;host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000';
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: hostname,
        port,
        method,
        path: target,
        headers: {
          'accept-encoding': 'identity',
          'user-agent': 'aws-cli/2.17.0 md/awscrt#0.20.11 ua/2.0 os/linux lang/python#3.11',
          'x-amz-date': '20261125T120000Z',
          authorization,
          'content-length': String(Buffer.byteLength(body)),
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function kinesis(operation: string, input: object) {
  return send(
    'kinesis',
    'POST',
    '/',
    { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Kinesis_20131202.${operation}` },
    JSON.stringify(input),
  );
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

const bucket = 'tumbling-window-results';

/** `aws s3 ls --recursive s3://…/revenue_sum/` */
async function list(): Promise<string[]> {
  const { text } = await send('s3', 'GET', `/${bucket}?list-type=2&prefix=revenue_sum%2F&encoding-type=url`);
  return [...text.matchAll(/<Key>(.*?)<\/Key>/g)].map((match) => decodeURIComponent(match[1] ?? ''));
}

/** `aws s3 cp s3://…/….json -`: it asks for the head first. */
async function copy(key: string): Promise<string> {
  const target = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  expect(await send('s3', 'HEAD', target)).toMatchObject({ status: 200 });
  return (await send('s3', 'GET', target)).text;
}

/** The results, once they hold so many sales. */
async function resultsWith(records: number): Promise<WindowResult[]> {
  for (;;) {
    const results = await Promise.all((await list()).map(async (key) => parseResult(await copy(key))));
    if (results.reduce((count, result) => count + result.recordCount, 0) >= records) return results;
    await new Promise((resolve) => setTimeout(resolve, 100)); // the window's own clock is what is waited for
  }
}

describe('plain AWS tools', () => {
  let records = 0;
  let cents = 0;

  test('aws kinesis put-record', async () => {
    const { status, text } = await kinesis('PutRecord', {
      StreamName: 'data_pipe',
      Data: base64({ cust_name: 'Kobold', cust_id: 1, sales: 12.34 }),
      PartitionKey: 'a',
    });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      ShardId: 'shardId-000000000000',
      SequenceNumber: expect.stringMatching(/^\d{56}$/),
    });
    records += 1;
    cents += 1234;
  });

  test('aws lambda invoke', async () => {
    const { status, text } = await send(
      'lambda',
      'POST',
      '/2015-03-31/functions/data_producer_fn/invocations',
    );
    expect(status).toBe(200);
    const { message } = JSON.parse(JSON.parse(text).body);
    expect(message).toMatchObject({ status: true });
    records += message.record_count;
    cents += Math.round(message.tot_sales * 100);
  });

  test('a producer on boto3 that puts each record in a PutRecords call of its own, as the original demo does', async () => {
    for (let index = 0; index < 40; index += 1) {
      const sales = (index * 37 + 1) / 100;
      const { status, text } = await kinesis('PutRecords', {
        Records: [
          {
            Data: base64({ cust_name: 'Tabaxi', cust_id: 10_000_000 + index, sales }),
            PartitionKey: String(10_000_000 + index),
          },
        ],
        StreamName: 'data_pipe',
      });
      expect(status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({ FailedRecordCount: 0 });
      records += 1;
      cents += index * 37 + 1;
    }
  });

  test('aws s3 ls and aws s3 cp find what they sent, counted to the cent', async () => {
    const results = await resultsWith(records);
    expect(results.reduce((sum, result) => sum + result.recordCount, 0)).toBe(records);
    expect(results.reduce((sum, result) => sum + result.salesCents, 0)).toBe(cents);
  });
});
