import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createControlService } from '../../infra/local/control.ts';
import type { HttpRequest, HttpService } from '../../infra/local/http/http.ts';
import { serviceOf } from '../../infra/local/http/service-name.ts';
import { refusalOf } from '../../infra/local/http/trust.ts';
import { cborFromJson } from '../../infra/local/kinesis/cbor.ts';
import { readLocalSettings } from '../../infra/local/local-settings.ts';
import { openParts, type RuntimeParts } from '../../infra/local/runtime-parts.ts';
import { Random } from '../../infra/local/testing/random.ts';
import { heapBytes } from './heap.ts';
import { type Samples, spoiltJson, spoiltText } from './spoilt.ts';

const INPUTS = 10_000;
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const MOST_GROWTH_BYTES = 32 * 1024 * 1024;
const ROLE = 'arn:aws:iam::000000000000:role/lambda';
const STREAM_ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/a';
const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const ZIP = Buffer.from(zipSync({ 'index.mjs': Buffer.from('export const handler = () => 1') })).toString(
  'base64',
);

let dataDir: string;
let parts: RuntimeParts;
beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'fuzz-'));
  const settings = readLocalSettings({ LOCAL_DATA_DIR: dataDir }, path.resolve(import.meta.dirname, '../..'));
  parts = await openParts({ ...settings, runs: 'nothing' }, 'http://127.0.0.1:1');
  parts.streams.home.ensure({ streamName: 'a', shardCount: 1 });
});
afterAll(async () => {
  await parts.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=local/20210124/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0';

/** A request as it is meant. */
interface Meant {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

const target =
  (prefix: string, type: string) =>
  (operation: string, body: object): Meant => ({
    method: 'POST',
    path: '/',
    headers: {
      'x-amz-target': `${prefix}${operation}`,
      'content-type': type,
      'x-amz-date': '20210124T155600Z',
      authorization: AUTHORIZATION,
    },
    body,
  });
const logs = target('Logs_20140328.', 'application/x-amz-json-1.1');
const cbor = target('Kinesis_20131202.', 'application/x-amz-cbor-1.1');

const FUNCTIONS = '/2015-03-31/functions';
const MAPPINGS = '/2015-03-31/event-source-mappings';
const CREATE: Meant = {
  method: 'POST',
  path: FUNCTIONS,
  body: {
    FunctionName: 'f',
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: ROLE,
    Code: { ZipFile: ZIP },
    Timeout: 3,
    MemorySize: 128,
    Environment: { Variables: { A: 'b' } },
    Tags: { a: 'b' },
    Publish: true,
  },
};
const MAPPING = {
  FunctionName: 'f',
  EventSourceArn: STREAM_ARN,
  StartingPosition: 'LATEST',
  Enabled: false,
  BatchSize: 10,
};
const LAMBDA: Samples<Meant> = [
  CREATE,
  CREATE,
  CREATE, // as often as it is deleted, and more
  { method: 'GET', path: FUNCTIONS, query: 'MaxItems=1&Marker=a&FunctionVersion=ALL' },
  { method: 'GET', path: `${FUNCTIONS}/f`, query: 'Qualifier=$LATEST' },
  { method: 'DELETE', path: `${FUNCTIONS}/f`, query: 'Qualifier=1' },
  { method: 'DELETE', path: `${FUNCTIONS}/f` },
  { method: 'PUT', path: `${FUNCTIONS}/f/code`, body: { ZipFile: ZIP, Publish: false, DryRun: true } },
  { method: 'GET', path: `${FUNCTIONS}/f/configuration` },
  { method: 'PUT', path: `${FUNCTIONS}/f/configuration`, body: { Timeout: 5, Description: 'd', LoggingConfig: { LogFormat: 'JSON' } } },
  { method: 'POST', path: `${FUNCTIONS}/f/versions`, body: { Description: 'd' } },
  { method: 'GET', path: `${FUNCTIONS}/f/versions`, query: 'MaxItems=1' },
  { method: 'POST', path: `${FUNCTIONS}/f/aliases`, body: { Name: 'live', FunctionVersion: '1' } },
  { method: 'GET', path: `${FUNCTIONS}/f/aliases` },
  { method: 'PUT', path: `${FUNCTIONS}/f/aliases/live`, body: { FunctionVersion: '$LATEST' } },
  { method: 'DELETE', path: `${FUNCTIONS}/f/aliases/live` },
  { method: 'PUT', path: '/2017-10-31/functions/f/concurrency', body: { ReservedConcurrentExecutions: 5 } },
  { method: 'GET', path: '/2019-09-30/functions/f/concurrency' },
  { method: 'GET', path: '/2016-08-19/account-settings' },
  { method: 'POST', path: MAPPINGS, body: { ...MAPPING, TumblingWindowInSeconds: 10, DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::b' } } } },
  { method: 'POST', path: MAPPINGS, body: { ...MAPPING, FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":[{"numeric":[">",1]}]}}' }] } } },
  { method: 'GET', path: MAPPINGS, query: 'FunctionName=f&MaxItems=1' },
  { method: 'GET', path: `${MAPPINGS}/00000000-0000-4000-8000-000000000000` },
  { method: 'PUT', path: `${MAPPINGS}/00000000-0000-4000-8000-000000000000`, body: { BatchSize: 5 } },
  { method: 'DELETE', path: `${MAPPINGS}/00000000-0000-4000-8000-000000000000` },
  { method: 'GET', path: `/2017-03-31/tags/${encodeURIComponent(FUNCTION_ARN)}` },
  { method: 'POST', path: `/2017-03-31/tags/${encodeURIComponent(FUNCTION_ARN)}`, body: { Tags: { a: 'b' } } },
  { method: 'DELETE', path: `/2017-03-31/tags/${encodeURIComponent(FUNCTION_ARN)}`, query: 'tagKeys=a' },
  // Of no function that there is: what an invocation may come to has tests of its own.
  { method: 'POST', path: `${FUNCTIONS}/absent/invocations`, headers: { 'x-amz-invocation-type': 'Event', 'x-amz-log-type': 'Tail', 'x-amz-client-context': 'e30=' }, body: {} },
]; // biome-ignore format: a table

const GROUP = { logGroupName: '/aws/lambda/f' };
const LOGS: Samples<Meant> = [
  logs('CreateLogGroup', GROUP),
  logs('DeleteLogGroup', GROUP),
  logs('DescribeLogGroups', { logGroupNamePrefix: '/aws', limit: 5, nextToken: 'a' }),
  logs('PutRetentionPolicy', { ...GROUP, retentionInDays: 7 }),
  logs('DeleteRetentionPolicy', GROUP),
  logs('CreateLogStream', { ...GROUP, logStreamName: 's' }),
  logs('DeleteLogStream', { ...GROUP, logStreamName: 's' }),
  logs('DescribeLogStreams', { ...GROUP, orderBy: 'LastEventTime', descending: true, limit: 1 }),
  logs('PutLogEvents', {
    ...GROUP,
    logStreamName: 's',
    logEvents: [{ timestamp: Date.now(), message: 'm' }],
  }),
  logs('GetLogEvents', {
    ...GROUP,
    logStreamName: 's',
    startTime: 0,
    endTime: 1e13,
    limit: 5,
    nextToken: 'f/1',
  }),
  logs('FilterLogEvents', {
    ...GROUP,
    filterPattern: '{ ($.a = "b*" && $.c > 1) || $.d NOT EXISTS }',
    limit: 5,
    startTime: 0,
  }),
  logs('FilterLogEvents', {
    ...GROUP,
    filterPattern: '[a, b > 1, ...]',
    logStreamNames: ['s'],
    interleaved: true,
  }),
  logs('FilterLogEvents', { ...GROUP, filterPattern: '?ERROR ?"a b" -c %r.*e%' }),
];

const SHARD = { StreamName: 'a', ShardId: 'shardId-000000000000' };
const CBOR: Samples<Meant> = [
  cbor('CreateStream', { StreamName: 'a', ShardCount: 1, StreamModeDetails: { StreamMode: 'PROVISIONED' } }),
  cbor('PutRecord', { StreamName: 'a', PartitionKey: 'p', Data: 'aGVsbG8=', ExplicitHashKey: '5' }),
  cbor('PutRecords', { StreamName: 'a', Records: [{ PartitionKey: 'p', Data: 'aGVsbG8=' }] }),
  cbor('GetShardIterator', { ...SHARD, ShardIteratorType: 'AT_TIMESTAMP', Timestamp: 1_611_503_760.5 }),
  cbor('GetRecords', { ShardIterator: 'AAAA', Limit: 5 }),
  cbor('ListShards', { StreamName: 'a', MaxResults: 5, ShardFilter: { Type: 'AT_LATEST' } }),
  cbor('ListStreams', { Limit: 5 }),
  cbor('AddTagsToStream', { StreamName: 'a', Tags: { a: 'b' } }),
  cbor('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' }),
];

const CONTROL: Samples<Meant> = [
  { method: 'GET', path: '/_local/health' },
  { method: 'GET', path: '/_local/status' },
  { method: 'POST', path: '/_local/actions', body: { action: 'split-shard' } },
  { method: 'POST', path: '/_local/actions', body: { action: 'nothing' } },
];
const STS: Samples<Meant> = [
  { method: 'POST', path: '/', query: 'Action=GetCallerIdentity&Version=2011-06-15' },
  { method: 'GET', path: '/', query: 'Action=<x>&Version=1' },
];

/** As they come out of Node's parser: one byte a character, none that ends a line. */
const onWire = (text: string) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[\r\n\0]/g, '');

const SCOPES: Samples<string> = ['us-east-1/lambda', 'eu-west-1/kinesis', '../../x/logs', '/', ''];

function inputOf(random: Random, meant: Meant): HttpRequest {
  const spoils = (chance: number, text: string) =>
    random.chance(chance) ? spoiltText(random, [text]) : text;
  const headers: Record<string, string> = { host: 'localhost' };
  for (const [name, value] of Object.entries(meant.headers ?? {}))
    headers[name] = onWire(spoils(0.03, value));
  if (random.chance(0.1))
    headers.authorization = `AWS4-HMAC-SHA256 Credential=a/20260101/${random.pick(SCOPES)}/aws4_request`;
  const json = meant.body === undefined ? spoils(0.1, '') : spoiltJson(random, [meant.body]);
  const isCbor = headers['content-type']?.includes('cbor') ?? false;
  return {
    method: random.chance(0.03) ? 'PATCH' : meant.method,
    path: `/${onWire(spoils(0.15, meant.path.slice(1))).replace(/[ ?#]/g, '')}`,
    query: new URLSearchParams(spoils(0.3, meant.query ?? '')),
    headers,
    body: isCbor ? cborOf(random, json) : Buffer.from(json),
    requestId: 'fuzz',
  };
}

/** What the JSON says, or its own bytes where it is none; a few bytes changed now and then. */
function cborOf(random: Random, json: string): Buffer {
  let bytes = Buffer.from(json);
  try {
    bytes = Buffer.from(cborFromJson(json));
  } catch {
    // it is no CBOR, then
  }
  if (bytes.length > 0 && random.chance(0.3)) bytes[random.int(0, bytes.length - 1)] = random.int(0, 255);
  return bytes;
}

const shown = ({ method, path: where, query, headers, body }: HttpRequest) =>
  JSON.stringify({
    method,
    where,
    query: String(query),
    headers,
    body: body.toString('latin1').slice(0, 1000),
  });

/** Numbers of the oldest kind: Kinesis itself says so of them. */
const KINESIS_OWN = '{"__type":"InternalFailure"}';

test.each<readonly [string, Samples<Meant>, () => HttpService, readonly number[]]>([
  ['Lambda', LAMBDA, () => parts.services.lambda, [200, 201, 202, 204, 400, 404, 409]],
  ['Logs', LOGS, () => parts.services.logs, [200, 400]],
  ['Kinesis in CBOR', CBOR, () => parts.services.kinesis, [200, 400]],
  ['STS', STS, () => parts.services.sts, [200, 400]],
  [
    'the control API',
    CONTROL,
    () =>
      createControlService({
        health: () => ({ status: 'ok' }),
        status: async () => ({}),
        actions: { 'split-shard': async () => 'done' },
      }),
    [200, 400, 404],
  ],
])(
  `%s: ${INPUTS} inputs are answered or refused: no error, no hang, no 5xx, no growth`,
  async (_, samples, open, statuses) => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const random = new Random(SEED);
    const service = open();
    const seen = new Set<number>();
    let middle = 0;
    for (let n = 0; n < INPUTS; n += 1) {
      const request = inputOf(random, random.pick(samples));
      const said = () => `seed ${SEED}, input ${n}: ${shown(request)}`;
      // What the gateway asks of a request before it hands it on.
      serviceOf(request);
      refusalOf(request);
      const answer = await Promise.resolve(service(request)).catch((error: unknown) => {
        throw new Error(said(), { cause: error });
      });
      const body = String(answer.body);
      if (body !== KINESIS_OWN) expect(answer.status, `${said()} ${body.slice(0, 500)}`).toBeLessThan(500);
      if (body !== '' && answer.headers['content-type']?.includes('json')) JSON.parse(body);
      seen.add(answer.status);
      if (n === INPUTS / 2) middle = heapBytes();
    }
    expect(heapBytes() - middle).toBeLessThan(MOST_GROWTH_BYTES);
    // It was no monologue: every kind of answer was given.
    for (const status of statuses) expect(seen).toContain(status);
  },
  60_000,
);
