import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type Clock, systemClock } from '../../../../infra/local/clock.ts';
import { openGateway } from '../../../../infra/local/http/gateway.ts';
import { createS3Service } from '../../../../infra/local/s3/service.ts';
import { ObjectStore } from '../../../../infra/local/s3/storage/object-store.ts';

export type LocalS3 = Awaited<ReturnType<typeof openS3>>;

/** S3 on a free port, over a data folder of its own. */
export async function openS3({ clock = systemClock }: { readonly clock?: Clock } = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 's3-'));
  const objects = new ObjectStore({ dataDir, clock, region: 'us-east-1' });
  const s3 = createS3Service({ objects, accountId: '000000000000' });
  const other = () => {
    throw new Error('Expected a request to S3');
  };
  const gateway = await openGateway({
    port: 0,
    services: { s3, kinesis: other, lambda: other, logs: other, sts: other, control: other },
    onError: (error) => console.error(error),
  });
  const client = new S3Client({
    endpoint: gateway.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1, // an error is to be seen, not tried again
  });
  let made = 0;
  return {
    dataDir,
    objects,
    client,
    url: gateway.url,
    send: (method: string, path: string, request: RawRequest = {}) =>
      send(gateway.port, method, path, request),
    newBucket: async () => {
      made += 1;
      const Bucket = `bucket-${made}`;
      await client.send(new CreateBucketCommand({ Bucket }));
      return Bucket;
    },
    close: async () => {
      client.destroy();
      await gateway.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export interface RawRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** Exactly these bytes: what the SDK would never send, or would not show. */
function send(port: number, method: string, path: string, { headers, body = '' }: RawRequest) {
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

/** What no HTTP client would send; all that comes back until the server closes. */
export function sendBytes(url: string, pieces: string | readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1', async () => {
      socket.setNoDelay(true);
      for (const piece of typeof pieces === 'string' ? [pieces] : pieces) {
        await new Promise<void>((done) => socket.write(piece, () => done()));
      }
    });
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

/** What the SDK makes of a refusal. */
export async function refusal(sent: Promise<unknown>) {
  const error = await sent.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof S3ServiceException)) throw new Error(`Expected a refusal, got ${String(error)}`);
  return { name: error.name, status: error.$metadata.httpStatusCode };
}

/** The code in an XML error. */
export function codeOf({ status, body }: RawResponse) {
  return { status, code: /<Code>(.*?)<\/Code>/.exec(body)?.[1] };
}
