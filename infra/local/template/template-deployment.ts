import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { LOCAL_ACCOUNT } from '../local-settings.ts';
import { destinationElsewhere } from './mapping-advice.ts';
import type {
  TemplateFunction,
  TemplateMapping,
  TemplatePipeline,
  TemplateStream,
} from './template-pipeline.ts';

/** Thrown for an answer of the runtime that refuses what a template asks for. */
export class DeploymentError extends Error {
  override name = 'DeploymentError' as const;
}

export interface Deployed {
  /** What is there now, of what the template has. */
  readonly made: Pick<TemplatePipeline, 'buckets' | 'functions' | 'mappings' | 'streams'>;
  /** In words: what is not, and why. */
  readonly refused: readonly string[];
}

/**
 * Makes what a template has, through the runtime's own API, or brings what is there to what the template says: a start over
 * the data of the one before changes nothing else.
 */
export async function deployTemplate(pipeline: TemplatePipeline, url: string): Promise<Deployed> {
  const refused: string[] = [];
  const made = async <Each>(
    all: readonly Each[],
    put: (each: Each, url: string, region: string) => Promise<void>,
  ) => {
    const there: Each[] = [];
    for (const each of all) {
      try {
        await put(each, url, pipeline.region);
        there.push(each);
      } catch (error) {
        if (!(error instanceof DeploymentError)) throw error;
        refused.push(error.message);
      }
    }
    return there;
  };
  const streams = await made(pipeline.streams, putStream);
  const buckets = await made(pipeline.buckets, putBucket);
  const functions = await made(pipeline.functions, putFunction);
  const mappings = await made(pipeline.mappings, putMapping);
  return { made: { streams, buckets, functions, mappings }, refused };
}

async function putStream({ name, retentionHours, shards }: TemplateStream, url: string): Promise<void> {
  const stream = { StreamName: name };
  expectMade(await kinesis(url, 'CreateStream', { ...stream, ShardCount: shards }), `stream ${name}`);
  if (retentionHours <= 24) return;
  await kinesis(url, 'IncreaseStreamRetentionPeriod', { ...stream, RetentionPeriodHours: retentionHours });
}

/** The region that a bucket is made in without a word of it. */
const UNNAMED_REGION = 'us-east-1';

async function putBucket(name: string, url: string, region: string): Promise<void> {
  const where = `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
  const body = region === UNNAMED_REGION ? null : where;
  const { status } = await fetch(`${url}/${name}`, { method: 'PUT', body });
  if (status >= 400 && status !== 409) throw new DeploymentError(`bucket ${name}: S3 answers ${status}`);
}

const ROLE = `arn:aws:iam::${LOCAL_ACCOUNT.accountId}:role/local`;

async function putFunction(made: TemplateFunction, url: string): Promise<void> {
  const { environment, handler, memoryMb, name, runtime, timeoutSeconds } = made;
  const ZipFile = Buffer.from(packageOf(made)).toString('base64');
  const settings = {
    Runtime: runtime,
    Handler: handler,
    Timeout: timeoutSeconds,
    MemorySize: memoryMb,
    Environment: { Variables: environment },
    Role: ROLE,
  };
  const functions = `${url}/2015-03-31/functions`;
  const created = await call('POST', functions, { FunctionName: name, Code: { ZipFile }, ...settings });
  if (created.status !== 409) return expectMade(created, `function ${name}`);
  expectMade(await call('PUT', `${functions}/${name}/code`, { ZipFile }), `function ${name}`);
  expectMade(await call('PUT', `${functions}/${name}/configuration`, settings), `function ${name}`);
}

async function putMapping({ id, settings: all }: TemplateMapping, url: string): Promise<void> {
  const { DestinationConfig: _elsewhere, ...others } = all;
  const settings = destinationElsewhere(all) === undefined ? all : others;
  const mappings = `${url}/2015-03-31/event-source-mappings/`;
  const created = await call('POST', mappings, { StartingPosition: 'TRIM_HORIZON', ...settings });
  if (created.status !== 409) return expectMade(created, `mapping ${id}`);
  const uuid = /UUID ([\w-]+)/.exec(created.text)?.[1] ?? '';
  const { EventSourceArn: _source, StartingPosition: _position, ...changes } = settings;
  expectMade(await call('PUT', `${mappings}${uuid}`, changes), `mapping ${id}`);
}

/** A zip of what a function runs. Throws DeploymentError. */
function packageOf({ code, name, runtime }: TemplateFunction): Uint8Array {
  if (code?.kind === 'inline') {
    return zipSync({ [runtime.startsWith('python') ? 'index.py' : 'index.js']: Buffer.from(code.value) });
  }
  const place = code === null ? null : [code.value, `${code.value}.zip`].find((each) => existsSync(each));
  if (place == null) {
    throw new DeploymentError(
      `function ${name}: its code ${code === null ? 'is elsewhere' : `${code.value} is not there`}`,
    );
  }
  if (statSync(place).isDirectory()) return zipSync(filesIn(place, ''));
  return readFileSync(place);
}

function filesIn(
  folder: string,
  prefix: string,
): Record<string, [Uint8Array, { attrs: number; os: number }]> {
  const files: Record<string, [Uint8Array, { attrs: number; os: number }]> = {};
  for (const entry of readdirSync(path.join(folder, prefix), { withFileTypes: true })) {
    const name = `${prefix}${entry.name}`;
    const file = path.join(folder, name);
    if (entry.isDirectory()) Object.assign(files, filesIn(folder, `${name}/`));
    // A bootstrap must stay executable: the mode of a file of Unix lies in the upper half.
    else files[name] = [readFileSync(file), { attrs: (statSync(file).mode & 0xffff) << 16, os: 3 }];
  }
  return files;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function expectMade(answer: Answer, what: string): void {
  if (answer.status < 400 || answer.text.includes('ResourceInUseException')) return;
  throw new DeploymentError(`${what}: ${messageIn(answer)}`);
}

function messageIn({ status, text }: Answer): string {
  const { Message, message }: { readonly Message?: string; readonly message?: string } = JSON.parse(
    text || '{}',
  );
  return Message ?? message ?? `the runtime answers ${status}`;
}

async function call(method: string, url: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

async function kinesis(url: string, operation: string, body: object): Promise<Answer> {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `Kinesis_20131202.${operation}`,
    'x-amz-date': '20260101T000000Z',
    // For no region that AWS has: that is the runtime's own.
    authorization:
      'AWS4-HMAC-SHA256 Credential=local/20260101/local/kinesis/aws4_request, SignedHeaders=host, Signature=local',
  };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}
