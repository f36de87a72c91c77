import { randomUUID } from 'node:crypto';
import { serializeSale } from '../../lib/core/sale.ts';
import { PIPELINE } from '../pipeline.ts';
import { systemClock } from './clock.ts';
import { ActionRefusedError } from './control.ts';
import { putDemoDay } from './demo-day.ts';
import { OPERATIONS } from './kinesis/operations/operation-table.ts';
import type { UpdateEventSourceMapping } from './lambda/event-source-mappings.ts';
import { LambdaError } from './lambda/lambda-error.ts';
import type { RuntimeParts } from './runtime-parts.ts';

/** What the control API says of the pipeline: how far each shard is, whether the consumer runs, what went wrong last. */
export async function controlStatus(parts: RuntimeParts): Promise<Readonly<Record<string, unknown>>> {
  const status = (await parts.mappings.status()).find(
    ({ configuration }) => configuration.UUID === parts.mappingUuid,
  );
  const { State = 'Disabled', TumblingWindowInSeconds: windowSeconds } = status?.configuration ?? {};
  const usualSeconds = parts.settings.windowSeconds;
  const lapseSeconds = timeLapseSeconds(usualSeconds);
  return {
    consumerStopped: State === 'Disabled' || State === 'Disabling',
    timeLapse:
      lapseSeconds === null ? null : { isOn: windowSeconds === lapseSeconds, usualSeconds, lapseSeconds },
    lastProcessingResult: status?.configuration.LastProcessingResult ?? null,
    problem: status?.problem ?? null,
    dataDir: parts.settings.dataDir,
    shards: (status?.shards ?? []).map((shard) => ({
      shardId: shard.shardId,
      closed: shard.ended,
      recordsWaiting: shard.waitingRecords,
      millisBehindLatest: shard.millisBehindLatest,
      lastError: shard.lastError,
      window: shard.window,
      foldedRecords: shard.foldedRecords,
      lateRecords: shard.lateRecords,
      droppedRecords: shard.droppedRecords,
      failedAttempts: shard.failedAttempts,
    })),
  };
}

const TIMES_FASTER = 20;

/** The length of windows that close 20 times as often; null when they would be shorter than a second. */
function timeLapseSeconds(windowSeconds: number): number | null {
  return windowSeconds < TIMES_FASTER ? null : Math.round(windowSeconds / TIMES_FASTER);
}

/** AWS's own operations where it has one for the purpose. */
export function controlActions(
  current: () => Promise<RuntimeParts>,
  reset: () => Promise<void>,
): Readonly<Record<string, () => Promise<string>>> {
  const put = async (data: string, ageMs: number) => {
    const streams = (await current()).streams.home;
    const { shardId } = streams.putRecordAt({
      streamName: PIPELINE.stream.name,
      partitionKey: randomUUID(),
      data: Buffer.from(data).toString('base64'),
      arrivalMs: systemClock.now() - ageMs,
    });
    return shardId;
  };
  const failNext = async (kind: 'error' | 'crash' | 'lose-response', said: string) => {
    (await current()).pool.failNext(PIPELINE.consumer.functionName, { kind, times: 1 });
    return said;
  };
  /** The windows of the mapping by now, whoever has set them. */
  const currentWindowSeconds = async () => {
    const { mappings, mappingUuid } = await current();
    return (await mappings.get(mappingUuid)).TumblingWindowInSeconds;
  };
  const change = async (settings: UpdateEventSourceMapping) => {
    const { mappings, mappingUuid } = await current();
    try {
      await mappings.update(mappingUuid, settings);
    } catch (error) {
      // The change before this one is still under way.
      throw error instanceof LambdaError ? new ActionRefusedError(error.message) : error;
    }
  };
  const setWindowSeconds = async (windowSeconds: number) => {
    await change({ TumblingWindowInSeconds: windowSeconds });
    return `A window is ${windowSeconds} s long from now on; the sales of the open one are counted in such windows, too.`;
  };
  const enable = async (isEnabled: boolean) => {
    await change({ Enabled: isEnabled });
    return isEnabled
      ? 'The consumer runs again and goes on where it stopped.'
      : 'The consumer stands still; what is sent waits in the stream.';
  };
  return {
    'late-record': async () => {
      const windowSeconds = await currentWindowSeconds();
      const sale = {
        custName: 'Late Lizardfolk',
        custId: 1,
        salesCents: 100,
        requestId: null,
        requestNumber: null,
      };
      const shardId = await put(serializeSale(sale), 2 * windowSeconds * 1000);
      return `A sale of 1 whose arrival lies two windows back went to ${shardId}.`;
    },
    'poison-record': async () => `A record that is not JSON went to ${await put('this is not a sale', 0)}.`,
    'consumer-error': () =>
      failNext('error', 'The next invocation of the consumer fails; its batch is tried again.'),
    'consumer-crash': () =>
      failNext('crash', 'The next invocation of the consumer crashes; its batch is tried again.'),
    'duplicate-delivery': () =>
      failNext('lose-response', "The next invocation's answer is lost, so its batch is delivered twice."),
    'split-shard': async () => {
      const streams = (await current()).streams.home;
      const open = openShards(streams.stream(PIPELINE.stream.name)).sort((a, b) => Number(b.width - a.width));
      const widest = open[0];
      if (widest === undefined) throw new ActionRefusedError('The stream has no open shard.');
      if (open.length >= 8) throw new ActionRefusedError('The stream has 8 open shards; merge some first.');
      OPERATIONS.SplitShard(
        {
          StreamName: PIPELINE.stream.name,
          ShardToSplit: widest.shardId,
          NewStartingHashKey: String(widest.first + widest.width / 2n),
        },
        streams,
      );
      return `${widest.shardId} is split in two; its window closes, and its children start fresh.`;
    },
    'merge-shards': async () => {
      const streams = (await current()).streams.home;
      const open = openShards(streams.stream(PIPELINE.stream.name)).sort((a, b) =>
        a.first < b.first ? -1 : 1,
      );
      const [low, high] = open;
      if (low === undefined || high === undefined) {
        throw new ActionRefusedError('The stream has one open shard; split it first.');
      }
      OPERATIONS.MergeShards(
        { StreamName: PIPELINE.stream.name, ShardToMerge: low.shardId, AdjacentShardToMerge: high.shardId },
        streams,
      );
      return `${low.shardId} and ${high.shardId} become one; their windows close, and the child starts fresh.`;
    },
    'stop-consumer': () => enable(false),
    'start-consumer': () => enable(true),
    'time-lapse': async () => {
      const lapseSeconds = timeLapseSeconds((await current()).settings.windowSeconds);
      if (lapseSeconds === null) throw new ActionRefusedError('The windows are too short to be any faster.');
      return setWindowSeconds(lapseSeconds);
    },
    'real-time': async () => setWindowSeconds((await current()).settings.windowSeconds),
    'demo-day': async () => {
      const { objects, settings } = await current();
      const demo = putDemoDay(objects.bucket(PIPELINE.bucket.localName), settings.windowSeconds, Date.now());
      if (demo === null) throw new ActionRefusedError('Each of the last 30 days already has results.');
      return `A day of made-up results is there${demo.isNew ? '' : ' already'}: ${demo.day.replaceAll('_', '-')}.`;
    },
    redrive: async () => redriveAll(await current()),
    reset: async () => {
      await reset();
      return 'All local data is deleted; everything starts afresh.';
    },
  };
}

/** What was given up goes back, as `npm run redrive` has it. */
async function redriveAll({ url, settings }: RuntimeParts): Promise<string> {
  // Loaded when it is asked for: the runtime itself needs no AWS client.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const [{ openClients }, { redrive }] = await Promise.all([
    import('../redrive/clients.ts'),
    import('../redrive/redrive.ts'),
  ]);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const clients = openClients({ endpoint: url, region: settings.region, credentials });
  const back: string[] = [];
  const problems: string[] = [];
  for await (const { key, outcome, problem } of redrive(clients, { bucket: PIPELINE.bucket.localName })) {
    if (outcome === 'back') back.push(key);
    else problems.push(`${key}: ${problem ?? 'another run is at it'}`);
  }
  if (back.length + problems.length === 0) throw new ActionRefusedError('Nothing is left that was given up.');
  const said = back.length === 0 ? [] : [`Put back ${back.length} of what was given up.`];
  return [...said, ...problems].join(' ');
}

interface OpenShard {
  readonly shardId: string;
  readonly first: bigint;
  readonly width: bigint;
}

function openShards(from: ReturnType<RuntimeParts['streams']['home']['stream']>): OpenShard[] {
  return from.shards
    .filter((shard) => shard.isOpen)
    .map((shard) => {
      const { HashKeyRange } = shard.describe();
      const first = BigInt(HashKeyRange.StartingHashKey);
      return { shardId: shard.shardId, first, width: BigInt(HashKeyRange.EndingHashKey) - first + 1n };
    });
}
