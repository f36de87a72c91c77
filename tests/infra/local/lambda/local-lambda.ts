import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { type Clock, systemClock } from '../../../../infra/local/clock.ts';
import { type Gateway, openGateway } from '../../../../infra/local/http/gateway.ts';
import type { HttpService } from '../../../../infra/local/http/http.ts';
import type {
  EventSourceMappingConfiguration,
  EventSourceMappings,
} from '../../../../infra/local/lambda/event-source-mappings.ts';
import type { FunctionDefinition } from '../../../../infra/local/lambda/functions/function-definition.ts';
import {
  type FunctionPool,
  openFunctionPool,
} from '../../../../infra/local/lambda/functions/function-pool.ts';
import { RegionalFunctions } from '../../../../infra/local/lambda/functions/regional-functions.ts';
import { resourceNotFound } from '../../../../infra/local/lambda/lambda-error.ts';
import { createLambdaService } from '../../../../infra/local/lambda/service.ts';
import { LOCAL_ACCOUNT } from '../../../../infra/local/local-settings.ts';

export const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

/** A function of these tests: patient enough for a busy machine, unless told otherwise. */
export const functionOf = (name: string, more: Partial<FunctionDefinition> = {}): FunctionDefinition => ({
  name,
  handlerFile: fixture('async-handler.ts'),
  timeoutSeconds: 10,
  memoryMb: 128,
  ...more,
});

export interface LogLine {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly message: string;
}

export async function openPool(functions: readonly FunctionDefinition[], clock: Clock = systemClock) {
  const cacheDir = await mkdtemp(join(tmpdir(), 'function-pool-'));
  const lines: LogLine[] = [];
  const pool = openFunctionPool({
    functions,
    logs: {
      append: (logGroupName, logStreamName, _, message) =>
        void lines.push({ logGroupName, logStreamName, message }),
    },
    clock,
    cacheDir,
    environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' },
  });
  return {
    pool,
    lines,
    cacheDir,
    close: async () => {
      await pool.close();
      await rm(cacheDir, { recursive: true, force: true });
    },
  };
}

/** The Lambda API on a free port, with the SDK's client for it. */
export async function openLambda(functions: readonly FunctionDefinition[]) {
  const opened = await openPool(functions);
  const objects = new Map<string, Buffer>();
  const lambda = createLambdaService({
    functions: regional(opened, join(opened.cacheDir, 'data')),
    mappings: mappingsInMemory(),
    clock: systemClock,
    readObject: (bucket, key) => objects.get(`${bucket}/${key}`) ?? null,
  });
  const gateway = await openLambdaGateway(lambda);
  return {
    ...opened,
    objects,
    url: gateway.url,
    client: new LambdaClient({
      endpoint: gateway.url,
      region: LOCAL_ACCOUNT.region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    }),
    close: async () => {
      await gateway.close();
      await opened.close();
    },
  };
}

/** The pool's functions, and whatever the API makes beside them. */
export function regional({ pool, cacheDir }: { pool: FunctionPool; cacheDir: string }, dataDir: string) {
  return new RegionalFunctions({
    home: pool,
    dataDir,
    cacheDir,
    clock: systemClock,
    logsIn: () => ({ append: () => {} }),
  });
}

function openLambdaGateway(lambda: HttpService): Promise<Gateway> {
  const absent: HttpService = () => ({ status: 501, headers: {}, body: '' });
  return openGateway({
    port: 0,
    services: { lambda, kinesis: absent, logs: absent, s3: absent, sts: absent, control: absent },
    onError: (error) => {
      throw error;
    },
  });
}

/** Keeps what it is given: enough to see what the API makes of a request. */
function mappingsInMemory(): EventSourceMappings {
  const mappings = new Map<string, EventSourceMappingConfiguration>();
  const existing = (uuid: string) => {
    const mapping = mappings.get(uuid);
    if (mapping === undefined) throw resourceNotFound('The resource you requested does not exist.');
    return mapping;
  };
  return {
    tags: async () => ({}),
    setTags: async () => {},
    create: async ({ Enabled, EventSourceArn, Tags: _, ...input }) => {
      const UUID = `00000000-0000-4000-8000-${String(mappings.size).padStart(12, '0')}`;
      const mapping: EventSourceMappingConfiguration = {
        BatchSize: 100,
        MaximumBatchingWindowInSeconds: 0,
        ParallelizationFactor: 1,
        DestinationConfig: { OnFailure: {} },
        MaximumRecordAgeInSeconds: -1,
        BisectBatchOnFunctionError: false,
        MaximumRetryAttempts: -1,
        TumblingWindowInSeconds: 0,
        FunctionResponseTypes: [],
        StartingPosition: 'TRIM_HORIZON',
        LastModified: 1_611_503_884.042,
        LastProcessingResult: 'No records processed',
        StateTransitionReason: 'User action',
        State: Enabled === false ? 'Disabled' : 'Creating',
        ...input,
        EventSourceArn: EventSourceArn ?? '',
        UUID,
        EventSourceMappingArn: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${UUID}`,
      };
      mappings.set(UUID, mapping);
      return mapping;
    },
    get: async (uuid) => existing(uuid),
    list: async () => [...mappings.values()],
    update: async (uuid, { Enabled: _, ...input }) => {
      const mapping: EventSourceMappingConfiguration = { ...existing(uuid), ...input, State: 'Updating' };
      mappings.set(uuid, mapping);
      return mapping;
    },
    delete: async (uuid) => {
      const mapping = existing(uuid);
      mappings.delete(uuid);
      return { ...mapping, State: 'Deleting' };
    },
  };
}
