import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import { DEADLINES, openHttp1 } from '../http/connections.ts';
import { requestHandler } from '../http/gateway.ts';
import type { HttpService } from '../http/http.ts';
import { readS3Request } from '../s3/operations/s3-request.ts';
import { createS3Service } from '../s3/service.ts';
import { ObjectStore } from '../s3/storage/object-store.ts';
import { MemorySocket } from './memory-socket.ts';
import type { WrittenObject } from './window-run.ts';

/** No program listens there: a client that was not caught is refused at once, and nothing leaves this machine. */
const HOST = '127.0.0.1';
const PORT = 1;
const REGION = 'us-east-1';

/** What the AWS SDK reads, so that its S3 client finds the endpoint and nothing finds AWS. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  AWS_ENDPOINT_URL_S3: `http://${HOST}:${PORT}`,
  AWS_ENDPOINT_URL: `http://${HOST}:${PORT}`,
  AWS_ACCESS_KEY_ID: 'simulated',
  AWS_SECRET_ACCESS_KEY: 'simulated',
  AWS_REGION: REGION,
  AWS_EC2_METADATA_DISABLED: 'true',
};

/**
 * S3 for the handlers of one run, without a port: connections that an HTTP agent of this process opens to the endpoint end
 * in the local runtime's own S3. A bucket is there as soon as it is named. The objects lie in a folder of their own, which
 * is made for the first request and gone at the end of the run.
 */
export class InProcessS3 {
  readonly #clock: Clock;
  #folder: string | null = null;
  #store: ObjectStore | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
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
      if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  /** By bucket and key. */
  objects(): readonly WrittenObject[] {
    const store = this.#store;
    if (store === null) return [];
    return store.buckets().flatMap(({ name }) => {
      const bucket = store.bucket(name);
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

  /** Every object is gone. */
  clear(): void {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
    this.#store = null;
  }

  readonly serve: HttpService = (request) => {
    this.#folder ??= mkdtempSync(path.join(tmpdir(), 'tumbling-windows-'));
    this.#store ??= new ObjectStore({ dataDir: this.#folder, clock: this.#clock, region: REGION });
    const { bucket } = readS3Request(request, this.#store);
    if (bucket !== '') this.#store.ensureBucket(bucket);
    return createS3Service({ objects: this.#store })(request);
  };
}

let serving: InProcessS3 | null = null;
let server: http.Server | null = null;

/** Catches connections to the endpoint, once for the process: an SDK client keeps the endpoint that it first found. */
function install(): void {
  if (server !== null) return;
  const refuse: HttpService = () => {
    throw new Error('A simulation serves S3 alone, and only while it runs');
  };
  const s3: HttpService = (request) => (serving?.serve ?? refuse)(request);
  const services = { s3, kinesis: refuse, lambda: refuse, logs: refuse, sts: refuse, control: refuse };
  const http1 = openHttp1(requestHandler({ services, onError: () => {} }, DEADLINES), DEADLINES);
  server = http1;
  const agent = http.Agent.prototype;
  const connect = agent.createConnection;
  agent.createConnection = function (options, done) {
    if (options.host !== HOST || Number(options.port) !== PORT) return connect.call(this, options, done);
    const [ours, theirs] = MemorySocket.pair();
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
