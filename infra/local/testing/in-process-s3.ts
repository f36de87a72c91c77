import http from 'node:http';
import { devNull } from 'node:os';
import type { Clock } from '../clock.ts';
import { DEADLINES, openHttp1 } from '../http/connections.ts';
import { requestHandler } from '../http/gateway.ts';
import type { HttpService } from '../http/http.ts';
import { errorXml } from '../http/xml-text.ts';
import { LOCAL_ACCOUNT } from '../local-settings.ts';
import { readS3Request } from '../s3/operations/s3-request.ts';
import { createS3Service } from '../s3/service.ts';
import { MemoryObjects } from '../s3/storage/memory-objects.ts';
import { isBucketName } from '../s3/storage/object-store.ts';
import { S3Error } from '../s3/wire/s3-error.ts';
import type { HandlerCall } from './handler-call.ts';
import { MemorySocket } from './memory-socket.ts';
import type { WrittenObject } from './window-run.ts';

/** No program listens there: a client that was not caught is refused at once, and nothing leaves this machine. */
const HOST = '127.0.0.1';
const PORT = 1;

/** What the AWS SDK reads, so that its S3 client finds the endpoint and nothing finds AWS. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  AWS_ENDPOINT_URL_S3: `http://${HOST}:${PORT}`,
  AWS_ENDPOINT_URL: `http://${HOST}:${PORT}`,
  AWS_ACCESS_KEY_ID: 'simulated',
  AWS_SECRET_ACCESS_KEY: 'simulated',
  AWS_REGION: LOCAL_ACCOUNT.region,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
};

/** A write that S3 took. */
export interface S3Write {
  /** The invocation that was under way; null when there were several, or none. */
  readonly call: number | null;
  readonly key: string;
  /** No invocation was under way: whoever asked for it had answered before. */
  readonly late: boolean;
}

/**
 * S3 for the handlers of one run, without a port: connections that an HTTP agent of this process opens to the endpoint end
 * in the local runtime's own S3, on objects in memory. A bucket is there as soon as it is named.
 */
export class InProcessS3 {
  readonly #objects: MemoryObjects;
  readonly #service: HttpService;
  readonly #calls = new Set<HandlerCall>();
  readonly writes: S3Write[] = [];

  constructor(clock: Clock) {
    this.#objects = new MemoryObjects({ clock, region: LOCAL_ACCOUNT.region });
    this.#service = createS3Service({ objects: this.#objects });
  }

  /** Serves while `run` goes on, with these variables in the environment besides its own. */
  async during<T>(variables: Readonly<Record<string, string>>, run: () => Promise<T>): Promise<T> {
    if (serving !== null) throw new Error('Expected one simulation at a time in a process');
    install();
    serving = this;
    const restore = setEnvironment({ ...ENVIRONMENT, ...variables });
    try {
      return await run();
    } finally {
      restore();
      serving = null;
      for (const socket of sockets) socket.destroy();
      this.#objects.close();
    }
  }

  /** What is asked for in the meantime is this call's. */
  async within<T>(call: HandlerCall, run: () => Promise<T>): Promise<T> {
    this.#calls.add(call);
    try {
      return await run();
    } finally {
      this.#calls.delete(call);
    }
  }

  /** By bucket and key. */
  objects(): readonly WrittenObject[] {
    return this.#objects.buckets().flatMap(({ name }) => {
      const bucket = this.#objects.bucket(name);
      const objects: WrittenObject[] = [];
      for (let after = ''; ; ) {
        const page = bucket.list({ prefix: '', delimiter: '', maxKeys: 1000, after });
        for (const { name: key } of page.entries) {
          objects.push({ bucket: name, key, body: bucket.read(key).toString() });
          after = key;
        }
        if (!page.isTruncated) return objects;
      }
    });
  }

  readonly serve: HttpService = async (request) => {
    const calls = [...this.#calls];
    const { bucket, key } = readS3Request(request, this.#objects);
    if (calls.some(({ refusesS3 }) => refusesS3)) {
      const error = new S3Error('AccessDenied', 'Access Denied');
      return {
        status: 403,
        headers: { 'content-type': 'application/xml' },
        body: errorXml(error, request.requestId, ''),
      };
    }
    if (isBucketName(bucket)) this.#objects.ensureBucket(bucket);
    const response = await this.#service(request);
    if (request.method !== 'GET' && request.method !== 'HEAD' && response.status < 300) {
      const call = calls.length === 1 ? (calls[0]?.number ?? null) : null;
      this.writes.push({ call, key, late: calls.length === 0 });
    }
    return response;
  };
}

/** Connections of the run that goes on: a client that has become garbage must not keep its own for ever. */
const sockets = new Set<MemorySocket>();
let serving: InProcessS3 | null = null;
let server: http.Server | null = null;

const refuse: HttpService = () => {
  throw new Error('A simulation serves S3 alone, and only while it runs');
};

const serveCurrent: HttpService = (request) => (serving?.serve ?? refuse)(request);

/** The S3 of the run that goes on, and no other service. */
export const SIMULATED_SERVICES = {
  s3: serveCurrent,
  kinesis: refuse,
  lambda: refuse,
  logs: refuse,
  sts: refuse,
  control: refuse,
};

/** Catches connections to the endpoint, once for the process: an SDK client keeps the endpoint that it first found. */
function install(): void {
  if (server !== null) return;
  const services = SIMULATED_SERVICES;
  const http1 = openHttp1(requestHandler({ services, onError: () => {} }, DEADLINES), DEADLINES);
  server = http1;
  const agent = http.Agent.prototype;
  const connect = agent.createConnection;
  agent.createConnection = function (options, done) {
    if (options.host !== HOST || Number(options.port) !== PORT) return connect.call(this, options, done);
    const [ours, theirs] = MemorySocket.pair();
    sockets.add(ours);
    ours.once('close', () => sockets.delete(ours));
    http1.emit('connection', theirs);
    return ours;
  };
}

/** Returns what puts back the values of before. */
function setEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
