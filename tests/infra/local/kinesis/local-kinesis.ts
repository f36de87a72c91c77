import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateStreamCommand, KinesisClient, KinesisServiceException } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';

import type { Clock } from '../../../../infra/local/clock.ts';
import { openGateway } from '../../../../infra/local/http/gateway.ts';
import type { HttpResponse, HttpService } from '../../../../infra/local/http/http.ts';
import { openStreams, type RegionalStreams } from '../../../../infra/local/kinesis/regional-streams.ts';
import { createKinesisService } from '../../../../infra/local/kinesis/service.ts';
import type { StreamsOptions } from '../../../../infra/local/kinesis/streams-options.ts';

/** 24 January 2021, 15:56 UTC. */
export const startMs = 1_611_503_760_000;
/** How long a stream of these tests is CREATING, UPDATING or DELETING. */
export const transitionMs = 500;

/** Stands still until it is turned; nothing that sleeps by it wakes up. */
export function turnableClock() {
  let now = startMs;
  const clock: Clock = { now: () => now, sleep: () => new Promise(() => {}) };
  const turn = (ms: number) => {
    now += ms;
  };
  return { clock, turn };
}

export async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'kinesis-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

type Refusing = (operation: string, body: string) => HttpResponse | null;

export type LocalKinesis = Awaited<ReturnType<typeof openKinesis>>;

/** Kinesis on a free port, over a data folder and a clock of its own. */
export async function openKinesis(options: Partial<Omit<StreamsOptions, 'dataDir' | 'clock'>> = {}) {
  const { folder, remove } = await temporaryFolder();
  const { clock, turn } = turnableClock();
  const open = () =>
    openStreams({
      dataDir: folder,
      clock,
      accountId: '000000000000',
      region: 'us-east-1',
      transitionMs,
      ...options,
    });
  let streams: RegionalStreams = await open();
  const absent: HttpService = () => ({ status: 501, headers: {}, body: '' });
  const calls: string[] = [];
  let refusing: Refusing = () => null;
  const gateway = await openGateway({
    port: 0,
    services: {
      kinesis: (request) => {
        const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
        calls.push(operation);
        return refusing(operation, request.body.toString()) ?? createKinesisService({ streams })(request);
      },
      lambda: absent,
      logs: absent,
      s3: absent,
      sts: absent,
      control: absent,
    },
    onError: (error) => console.error(error),
  });
  const config = {
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1, // an error is to be seen, not tried again
  };
  /** As the SDK comes: over HTTP/2. */
  const client = new KinesisClient(config);
  const http1Client = new KinesisClient({ ...config, requestHandler: new NodeHttpHandler() });
  let made = 0;
  return {
    folder,
    url: gateway.url,
    client,
    http1Client,
    clock,
    turn,
    streams: () => streams.home,
    /** The operations that were asked for, oldest first. */
    calls,
    /** Answers instead of the service where it does not answer null. */
    refuse: (how: Refusing) => {
      refusing = how;
    },
    /** What a restart does; a crash leaves the same files, because every write goes to them at once. */
    reopen: async () => {
      await streams.close();
      streams = await open();
    },
    send: (headers: Readonly<Record<string, string>>, body: string, method = 'POST', path = '/') =>
      send(gateway.port, method, path, headers, body),
    /** One operation as any signing client sends it. */
    call: (operation: string, input: object) =>
      send(gateway.port, 'POST', '/', callHeaders(operation), JSON.stringify(input)),
    /** An ACTIVE stream with a name of its own. */
    newStream: async (ShardCount = 1) => {
      made += 1;
      const StreamName = `stream-${made}`;
      await client.send(new CreateStreamCommand({ StreamName, ShardCount }));
      turn(transitionMs);
      return StreamName;
    },
    close: async () => {
      client.destroy();
      http1Client.destroy();
      await gateway.close();
      await streams.close();
      await remove();
    },
  };
}

export const authorization =
  'AWS4-HMAC-SHA256 Credential=local/20210124/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0';

export function callHeaders(operation: string): Record<string, string> {
  return {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `Kinesis_20131202.${operation}`,
    'x-amz-date': '20210124T155600Z',
    authorization,
  };
}

export interface RawResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** Exactly these bytes: what the SDK would never send, or would not show. */
function send(
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) {
  return new Promise<RawResponse>((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** What the SDK makes of a refusal. */
export async function refusal(sent: Promise<unknown>) {
  const error = await sent.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KinesisServiceException)) {
    throw new Error(`Expected a refusal, got ${String(error)}`);
  }
  return { name: error.name, message: error.message };
}
