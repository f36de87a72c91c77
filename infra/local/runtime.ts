import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from '../pipeline.ts';
import { systemClock } from './clock.ts';
import { createControlService } from './control.ts';
import { controlActions, controlStatus } from './control-actions.ts';
import { lockDataDir } from './data-dir.ts';
import { clientEnvironment } from './environment.ts';
import { openGateway } from './gateway.ts';
import type { HttpService } from './http.ts';
import { createKinesisService } from './kinesis/service.ts';
import { openStreams, type Streams } from './kinesis/streams.ts';
import {
  openEventSourceMappings,
  type RunningEventSourceMappings,
} from './lambda/event-source-mapping/mapping-registry.ts';
import { type FunctionPool, openFunctionPool } from './lambda/functions/function-pool.ts';
import { createLambdaService } from './lambda/service.ts';
import { type LogStore, openLogStore } from './logs/log-store.ts';
import { createLogsService } from './logs/service.ts';
import { ObjectStore } from './s3/object-store.ts';
import { createS3Service } from './s3/service.ts';
import type { ServiceName } from './service-name.ts';
import { type LocalSettings, SettingError } from './settings.ts';
import { reportFailure, reportOf, type StartReport } from './start-report.ts';
import { createStsService } from './sts.ts';

/** AWS on one machine: the services behind one port, and the pipeline deployed in them. */
export interface Runtime {
  readonly url: string;
  readonly report: StartReport;
  close(): Promise<void>;
}

/** The stores and what runs on them; a reset closes them all and opens them anew. */
export interface RuntimeParts {
  readonly settings: LocalSettings;
  readonly streams: Streams;
  readonly objects: ObjectStore;
  readonly pool: FunctionPool;
  readonly mappings: RunningEventSourceMappings;
  /** The project's own mapping, stream to consumer. */
  readonly mappingUuid: string;
  /** The length of its windows in the run before; null when there was none. */
  readonly windowSecondsBefore: number | null;
  readonly logs: LogStore;
  readonly services: Readonly<Record<Exclude<ServiceName, 'control'>, HttpService>>;
}

const PORTS_TO_TRY = 50;

/** What a reset deletes: everything but the lock. */
const DATA_FOLDERS = ['kinesis', 's3', 'event-source-mappings', 'logs'];

/** Throws DataDirError, and SettingError when the consumer's file is not there or no port is free. */
export async function openRuntime(settings: LocalSettings): Promise<Runtime> {
  if (!existsSync(settings.consumerHandler.file)) {
    throw new SettingError('CONSUMER_HANDLER', settings.consumerHandler.file, 'a file that is there');
  }
  const lock = await lockDataDir(settings.dataDir);
  const startedMs = Date.now();
  // The functions must know the port before they run, so requests that come before the parts are open wait for them.
  let parts = deferred<RuntimeParts>();
  const forward =
    (name: Exclude<ServiceName, 'control'>): HttpService =>
    async (request) =>
      (await parts.promise).services[name](request);

  const reset = async () => {
    const old = await parts.promise;
    parts = deferred();
    await closeParts(old);
    await Promise.all(
      DATA_FOLDERS.map((folder) => rm(path.join(settings.dataDir, folder), { recursive: true, force: true })),
    );
    parts.resolve(await openParts(settings, gateway.url));
  };
  const control = createControlService({
    health: () => ({ status: 'ok', pid: process.pid, dataDir: settings.dataDir, startedMs }),
    status: async () => controlStatus(await parts.promise),
    actions: controlActions(() => parts.promise, reset),
  });

  const gateway = await openGateway({
    port: settings.port,
    portsToTry: settings.port === 0 ? 1 : Math.min(PORTS_TO_TRY, 65_536 - settings.port),
    services: {
      kinesis: forward('kinesis'),
      lambda: forward('lambda'),
      logs: forward('logs'),
      s3: forward('s3'),
      sts: forward('sts'),
      control,
    },
    onError: (error, request) => console.error(`${request.method} ${request.path} failed:`, error),
  }).catch(async (error: unknown) => {
    await lock.release();
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw isTaken
      ? new SettingError(
          'LOCAL_AWS_PORT',
          String(settings.port),
          `a port that is free, as one of the next ${PORTS_TO_TRY}`,
        )
      : error;
  });
  try {
    const opened = await openParts(settings, gateway.url);
    parts.resolve(opened);
    await lock.announce(gateway.port);
    // The first click should not have to wait for two cold starts.
    for (const { name } of opened.pool.functions) void opened.pool.warm(name);
    return {
      url: gateway.url,
      report: await reportOf(opened, lock.killedPid),
      close: async () => {
        await gateway.close();
        await closeParts(await parts.promise);
        await lock.release();
      },
    };
  } catch (error) {
    await gateway.close();
    await lock.release();
    throw error;
  }
}

async function openParts(settings: LocalSettings, url: string): Promise<RuntimeParts> {
  const { dataDir, region, accountId } = settings;
  const account = { region, accountId };
  const clock = systemClock;
  const bucket = pipeline.bucket.localName;

  const logs = await openLogStore({ dataDir, clock });
  const objects = new ObjectStore({ dataDir, clock, region });
  objects.ensureBucket(bucket);
  const streams = await openStreams({
    dataDir,
    clock,
    ...account,
    enforceShardLimits: settings.enforceLimits,
  });
  const { streamArn } = streams.ensure({
    streamName: pipeline.stream.name,
    shardCount: settings.shardCount,
    retentionHours: pipeline.stream.retentionHours,
  });

  const { producer, consumer, eventSourceMapping: esm } = pipeline;
  const pool = openFunctionPool({
    functions: [
      {
        name: producer.functionName,
        handlerFile: producer.handlerFile,
        environment: { STREAM_NAME: pipeline.stream.name },
        timeoutSeconds: producer.timeoutSeconds,
        memoryMb: producer.memoryMb,
      },
      {
        name: consumer.functionName,
        handlerFile: settings.consumerHandler.file,
        handlerExport: settings.consumerHandler.exportName,
        environment: { BUCKET_NAME: bucket },
        timeoutSeconds: consumer.timeoutSeconds,
        memoryMb: consumer.memoryMb,
      },
    ],
    logs,
    clock,
    cacheDir: path.join(dataDir, 'cache'),
    account,
    environment: clientEnvironment(url, settings),
  });

  const mappings = await openEventSourceMappings({
    dataDir,
    clock,
    reader: streams,
    invoker: pool,
    putFailureObject: async (target, key, body, contentType) =>
      objects.putObject(target, key, body, contentType),
    resolveStream: async (arn) => streams.retentionOf(arn),
    idleSeconds: settings.idleSeconds,
    onInvocation: reportFailure,
    log: (line) => console.warn(line),
  });
  const consumerArn = pool.find(consumer.functionName).arn;
  const before = (await mappings.list()).find(
    (each) => each.EventSourceArn === streamArn && each.FunctionArn === consumerArn,
  );
  const mapping = await mappings.ensure({
    EventSourceArn: streamArn,
    FunctionArn: consumerArn,
    StartingPosition: esm.startingPosition,
    BatchSize: esm.batchSize,
    MaximumBatchingWindowInSeconds: esm.maximumBatchingWindowSeconds,
    ParallelizationFactor: esm.parallelizationFactor,
    MaximumRetryAttempts: esm.maximumRetryAttempts,
    MaximumRecordAgeInSeconds: esm.maximumRecordAgeSeconds,
    BisectBatchOnFunctionError: esm.bisectBatchOnFunctionError,
    TumblingWindowInSeconds: settings.windowSeconds,
    DestinationConfig: { OnFailure: { Destination: `arn:aws:s3:::${bucket}` } },
  });

  return {
    settings,
    streams,
    objects,
    pool,
    mappings,
    mappingUuid: mapping.UUID,
    windowSecondsBefore: before?.TumblingWindowInSeconds ?? null,
    logs,
    services: {
      kinesis: createKinesisService({ streams }),
      lambda: createLambdaService({ pool, mappings, clock }),
      logs: createLogsService({ logs, clock, account }),
      s3: createS3Service({ objects }),
      sts: createStsService({ accountId }),
    },
  };
}

/** Those that use others before those that are used. */
async function closeParts(parts: RuntimeParts): Promise<void> {
  await parts.mappings.close();
  await parts.pool.close();
  await parts.streams.close();
  parts.objects.close();
  await parts.logs.close();
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
