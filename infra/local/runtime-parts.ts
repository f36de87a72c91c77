import path from 'node:path';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import { PIPELINE } from '../pipeline.ts';
import { cacheFolder } from './cache-folder.mjs';
import { systemClock } from './clock.ts';
import { ownEnvironment } from './environment.ts';
import type { HttpService } from './http/http.ts';
import type { ServiceName } from './http/service-name.ts';
import { openStreams, type RegionalStreams } from './kinesis/regional-streams.ts';
import { createKinesisService } from './kinesis/service.ts';
import {
  openEventSourceMappings,
  type RunningEventSourceMappings,
} from './lambda/event-source-mapping/mapping-registry.ts';
import type { InvocationReport } from './lambda/event-source-mapping/sender.ts';
import { type FunctionPool, openFunctionPool } from './lambda/functions/function-pool.ts';
import { RegionalFunctions } from './lambda/functions/regional-functions.ts';
import { createLambdaService } from './lambda/service.ts';
import type { LocalSettings } from './local-settings.ts';
import { openLogs, type RegionalLogs } from './logs/regional-logs.ts';
import { createLogsService } from './logs/service.ts';
import { createS3Service } from './s3/service.ts';
import { ObjectStore } from './s3/storage/object-store.ts';
import { createStsService } from './sts.ts';

/** The stores and what runs on them; a reset closes them all and opens them anew. */
export interface RuntimeParts {
  readonly settings: LocalSettings;
  /** Where the services are served. */
  readonly url: string;
  readonly streams: RegionalStreams;
  readonly objects: ObjectStore;
  readonly pool: FunctionPool;
  readonly mappings: RunningEventSourceMappings;
  /** The project's own mapping, stream to consumer; empty where it does not run. */
  readonly mappingUuid: string;
  /** The length of its windows in the run before; null when there was none. */
  readonly windowSecondsBefore: number | null;
  /** The stream was there, with records, and its mapping was not: it was never made, or is lost. */
  readonly readsAgain: boolean;
  readonly logs: RegionalLogs;
  readonly services: Readonly<Record<Exclude<ServiceName, 'control'>, HttpService>>;
  /** Rejects with the first failure, after all that could be closed is closed. */
  close(): Promise<void>;
}

type Close = () => Promise<void> | void;

export async function openParts(settings: LocalSettings, url: string): Promise<RuntimeParts> {
  const opened: Close[] = [];
  try {
    return await openAll(settings, url, opened);
  } catch (error) {
    await closeAll(opened).catch(() => {});
    throw error;
  }
}

/** Those that use others before those that are used; one that fails keeps no other open. */
async function closeAll(opened: readonly Close[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of opened.toReversed()) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** `opened` gets how to close each part, as soon as it is open. */
async function openAll(settings: LocalSettings, url: string, opened: Close[]): Promise<RuntimeParts> {
  const { dataDir, region, accountId } = settings;
  const account = { region, accountId };
  const clock = systemClock;
  const bucket = PIPELINE.bucket.localName;

  const logs = await openLogs({ dataDir, clock, region });
  opened.push(() => logs.close());
  const objects = new ObjectStore({ dataDir, clock, region });
  const isEmpty = settings.runs === 'nothing';
  if (!isEmpty) objects.ensureBucket(bucket);
  const streams = await openStreams({
    dataDir,
    clock,
    ...account,
    enforceShardLimits: settings.enforceLimits,
  });
  opened.push(() => streams.close());
  const { producer, consumer } = PIPELINE;
  const isOurs = settings.consumerHandler.file === path.resolve(consumer.handlerFile);
  const environment = {
    clock,
    // The project's functions are the same for every data folder: a new one starts as fast as an old one.
    cacheDir: isOurs ? cacheFolder('functions', dataDir) : path.join(dataDir, 'cache'),
    environment: ownEnvironment(url, settings),
  };
  const ourProducer = {
    name: producer.functionName,
    handlerFile: producer.handlerFile,
    environment: { [SETTINGS.stream]: PIPELINE.stream.name },
    timeoutSeconds: producer.timeoutSeconds,
    memoryMb: producer.memoryMb,
  };
  const ourConsumer = {
    name: consumer.functionName,
    handlerFile: settings.consumerHandler.file,
    handlerExport: settings.consumerHandler.exportName,
    environment: { [SETTINGS.bucket]: bucket, ...settings.consumerEnvironment },
    timeoutSeconds: consumer.timeoutSeconds,
    memoryMb: consumer.memoryMb,
  };
  const pool = openFunctionPool({
    ...environment,
    functions: isEmpty ? [] : settings.runs === 'consumer' ? [ourConsumer] : [ourProducer, ourConsumer],
    logs: logs.home,
    account,
  });
  const functions = new RegionalFunctions({
    ...environment,
    home: pool,
    dataDir,
    logsIn: (name) => ({
      append: (...event) => void logs.in(name).then((store) => store.append(...event)),
    }),
  });
  opened.push(() => functions.close());
  const mappings = await openEventSourceMappings({
    dataDir,
    clock,
    reader: streams,
    invoker: functions,
    putFailureObject: async (target, key, body, contentType) =>
      objects.putObject(target, key, body, contentType),
    resolveStream: async (arn) => streams.retentionOf(arn),
    idleSeconds: settings.idleSeconds,
    strictFinal: settings.strictFinal,
    onInvocation: reportFailure,
    log: (line) => console.warn(line),
  });
  opened.push(() => mappings.close());
  const own = isEmpty ? null : await ensureMapping(settings, streams, pool, mappings);

  return {
    settings,
    url,
    streams,
    objects,
    pool,
    mappings,
    mappingUuid: own?.uuid ?? '',
    windowSecondsBefore: own?.secondsBefore ?? null,
    readsAgain: own?.readsAgain ?? false,
    logs,
    services: {
      kinesis: createKinesisService({ streams }),
      lambda: createLambdaService({
        functions,
        mappings,
        clock,
        readObject: (from, key) => readObject(objects, from, key),
      }),
      logs: createLogsService({ logs, clock, accountId }),
      s3: createS3Service({ objects }),
      sts: createStsService({ accountId }),
    },
    close: () => closeAll(opened),
  };
}

/** The stream and the mapping of the project's own pipeline. */
async function ensureMapping(
  settings: LocalSettings,
  streams: RegionalStreams,
  pool: FunctionPool,
  mappings: RunningEventSourceMappings,
): Promise<{ readonly uuid: string; readonly secondsBefore: number | null; readonly readsAgain: boolean }> {
  const { eventSourceMapping: esm } = PIPELINE;
  const { streamArn } = streams.home.ensure({
    streamName: PIPELINE.stream.name,
    shardCount: settings.shardCount,
    retentionHours: PIPELINE.stream.retentionHours,
  });
  const consumerArn = pool.find(PIPELINE.consumer.functionName).arn;
  const before = (await mappings.list()).find(
    (each) => each.EventSourceArn === streamArn && each.FunctionArn === consumerArn,
  );
  const { UUID: uuid } = await mappings.ensure({
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
    DestinationConfig: { OnFailure: { Destination: `arn:aws:s3:::${PIPELINE.bucket.localName}` } },
  });
  const hasRecords = streams.home.stream(PIPELINE.stream.name).shards.some(({ log }) => log.recordCount > 0);
  return {
    uuid,
    secondsBefore: before?.TumblingWindowInSeconds ?? null,
    readsAgain: before === undefined && hasRecords,
  };
}

/** Null where there is no such bucket or object. */
function readObject(objects: ObjectStore, bucket: string, key: string): Buffer | null {
  if (!objects.exists(bucket) || !objects.bucket(bucket).exists(key)) return null;
  return objects.bucket(bucket).read(key);
}

/** Says that the consumer fails, the first time and ever more rarely while it goes on. */
function reportFailure({ attempt, functionArn, shardId, verdict }: InvocationReport): void {
  if (verdict.kind === 'accepted' || (attempt & (attempt - 1)) !== 0) return;
  const name = functionArn.split(':').at(-1);
  console.warn(`${name} failed for ${shardId} (attempt ${attempt}): ${verdict.message}`);
}
