import 'server-only';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { HealthAnswer, Hop, Problem } from '../contract/answers.ts';
import { lackWords } from '../contract/lack-words.ts';
import type { RuntimeAnswer } from '../contract/runtime-answer.ts';
import { amountOf } from '../core/cents.ts';
import { RESULTS_PREFIX } from '../core/object-key.ts';
import { awsCommand } from './aws-command.ts';
import type { Dashboard } from './dashboard.ts';
import { findMapping } from './mapping.ts';
import { problemOf } from './problem.ts';
import { functionArn } from './producer-client.ts';

/** Slower than this, a hop is told to be slow. */
const SLOW_MS = 1500;
/** Records that wait longer than this for the consumer are told to be waiting. */
const BEHIND_MS = 30_000;
const STALE_MS = 15_000;

/** `GET /api/health`: the settings and where they lead; with `deep`, each hop is asked. Never throws. */
export async function healthAnswer(
  dashboard: Dashboard,
  deep: boolean,
  role: HealthAnswer['role'],
): Promise<HealthAnswer> {
  const { settings, store, loop, account, clients } = dashboard;
  const [accountId, region, isKnown] = await Promise.all([
    account.id(),
    settings.region ?? clients.s3.config.region().catch(() => ''),
    loop.knowHealth(),
  ]);
  const hops = deep ? await askHops(dashboard) : [];
  const lack = store.lack();
  const worst = new Set(hops.map(({ status }) => status));
  const isDown = worst.has('down') || (!deep && store.problem !== null && store.readMs === null);
  const isDegraded =
    worst.has('slow') ||
    !isKnown ||
    store.problem !== null ||
    staleMs(dashboard) !== null ||
    lack !== null ||
    store.givenUpPages === null;
  return {
    status: isDown ? 'down' : isDegraded ? 'degraded' : 'ok',
    serverNowMs: store.now(),
    mode: settings.isLocal ? 'local' : 'aws',
    endpoint: settings.endpoint,
    region,
    accountId,
    bucket: settings.bucket,
    stream: settings.stream,
    producerFunction: settings.producerFunction,
    windowSeconds: store.windowSeconds,
    role,
    asksForPassword: !dashboard.access.isOpen,
    lack,
    hops,
  };
}

async function askHops(dashboard: Dashboard): Promise<Hop[]> {
  const runtime = await dashboard.runtime.status();
  return Promise.all([
    askFunction(dashboard, 'producer', dashboard.settings.producerFunction),
    askStream(dashboard, runtime),
    askConsumer(dashboard, runtime),
    askBucket(dashboard),
    lookAtSelf(dashboard),
  ]);
}

interface Finding {
  readonly status: Hop['status'];
  readonly detail: string;
  readonly fix?: string | null;
}

/** Times a question; an error is `unknown` when only the permission to ask is missing, else `down`. */
async function ask(
  { settings }: Dashboard,
  name: Hop['name'],
  action: string,
  resource: string,
  question: () => Promise<Finding>,
): Promise<Hop> {
  const startedMs = performance.now();
  const duration = () => Math.round(performance.now() - startedMs);
  try {
    const { status, detail, fix = null } = await question();
    const durationMs = duration();
    const isSlow = status === 'ok' && durationMs > SLOW_MS;
    return { name, status: isSlow ? 'slow' : status, durationMs, detail, fix };
  } catch (error) {
    const problem: Problem = problemOf(error, {
      action,
      resource,
      endpoint: settings.endpoint,
      region: settings.region,
    });
    const status = problem.kind === 'access-denied' ? 'unknown' : 'down';
    return { name, status, durationMs: duration(), detail: problem.message, fix: problem.fix };
  }
}

function askFunction(
  dashboard: Dashboard,
  name: 'producer' | 'consumer',
  functionName: string,
): Promise<Hop> {
  const { settings, clients } = dashboard;
  const resource = functionArn(functionName, settings.region);
  return ask(dashboard, name, 'lambda:GetFunctionConfiguration', resource, async () => {
    const { State, StateReason, LastUpdateStatus } = await clients.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: functionName }),
    );
    if (State === 'Failed' || LastUpdateStatus === 'Failed') {
      return {
        status: 'down',
        detail: `${functionName} cannot run: ${StateReason ?? 'its last update failed'}.`,
      };
    }
    return { status: 'ok', detail: `${functionName} is ${State?.toLowerCase() ?? 'there'}.` };
  });
}

/** The dashboard has no permission of its own on the stream: the mapping that reads it tells. */
function askStream(dashboard: Dashboard, runtime: RuntimeAnswer): Promise<Hop> {
  const { stream } = dashboard.settings;
  return ask(dashboard, 'stream', 'lambda:ListEventSourceMappings', '*', async () => {
    if (runtime.available) {
      const open = runtime.shards.filter((shard) => !shard.closed).length;
      const waiting = runtime.shards.reduce((sum, shard) => sum + (shard.recordsWaiting ?? 0), 0);
      const detail = `${stream}: ${open} open ${open === 1 ? 'shard' : 'shards'}, ${waiting} records waiting.`;
      return { status: 'ok', detail };
    }
    const mapping = await findMapping(dashboard);
    return mapping === null
      ? { status: 'down', detail: `No event source mapping reads ${stream}.`, fix: 'npm run deploy' }
      : { status: 'unknown', detail: `${stream} is read by the consumer; its load is not asked for.` };
  });
}

function askConsumer(dashboard: Dashboard, runtime: RuntimeAnswer): Promise<Hop> {
  const { settings } = dashboard;
  const { consumerFunction } = settings;
  const update = (uuid: string, ...words: readonly string[]) =>
    awsCommand(['lambda', 'update-event-source-mapping', '--uuid', uuid, ...words], settings.endpoint);
  return ask(dashboard, 'consumer', 'lambda:ListEventSourceMappings', '*', async () => {
    if (runtime.consumerStopped) {
      return { status: 'down', detail: 'The consumer is stopped.', fix: 'Start it in the local menu.' };
    }
    const failing = runtime.shards.find((shard) => shard.lastError !== null);
    if (failing !== undefined) {
      return { status: 'down', detail: `${failing.shardId} is being tried again: ${failing.lastError}` };
    }
    const behindMs = Math.max(0, ...runtime.shards.map((shard) => shard.millisBehindLatest ?? 0));
    if (behindMs > BEHIND_MS) {
      return { status: 'slow', detail: `Records wait for ${Math.round(behindMs / 1000)} s.` };
    }
    const mapping = await findMapping(dashboard);
    if (mapping === null) {
      return {
        status: 'down',
        detail: `No event source mapping feeds ${consumerFunction}.`,
        fix: 'npm run deploy',
      };
    }
    if (mapping.state !== 'Enabled') {
      const fix = update(mapping.uuid, '--enabled');
      return { status: 'down', detail: `The event source mapping is ${mapping.state}.`, fix };
    }
    if (mapping.windowSeconds === 0) {
      const fix = update(mapping.uuid, '--tumbling-window-in-seconds', String(settings.windowSeconds));
      return {
        status: 'down',
        detail: 'The event source mapping has no tumbling window: no result comes.',
        fix,
      };
    }
    return { status: 'ok', detail: `${consumerFunction}: ${mapping.lastResult ?? 'no records yet'}.` };
  });
}

function askBucket(dashboard: Dashboard): Promise<Hop> {
  const { bucket } = dashboard.settings;
  return ask(dashboard, 'bucket', 's3:ListBucket', `arn:aws:s3:::${bucket}`, async () => {
    // As the page reads it: its permission is for the prefixes only, and HeadBucket asks for the whole.
    await dashboard.reader.list(RESULTS_PREFIX, { pages: 1, pageSize: 1 });
    return { status: 'ok', detail: `${bucket} answers.` };
  });
}

/** How old what is shown is, when that is more than it may be; null when nobody looks, and nothing need be fresh. */
function staleMs({ store, loop }: Pick<Dashboard, 'store' | 'loop'>): number | null {
  if (loop.silentMs === null) return null;
  const ageMs = Math.max(loop.silentMs, store.ageMs ?? 0);
  return ageMs > STALE_MS ? ageMs : null;
}

async function lookAtSelf(dashboard: Dashboard): Promise<Hop> {
  const { store } = dashboard;
  const { ageMs } = store;
  const old = staleMs(dashboard);
  const lack = store.lack();
  const rest = { name: 'dashboard' as const, durationMs: null };
  if (store.problem !== null) {
    return { ...rest, status: 'down', detail: store.problem.message, fix: store.problem.fix };
  }
  if (lack !== null) {
    const detail = lackWords(lack, { count: String, money: (cents) => String(amountOf(cents)) });
    return { ...rest, status: 'slow', detail, fix: lack.givenUpRecords > 0 ? 'npm run redrive' : null };
  }
  if (ageMs === null) return { ...rest, status: 'unknown', detail: 'Nobody has looked yet.', fix: null };
  const detail = `The windows were read ${Math.round(ageMs / 1000)} s ago.`;
  if (old !== null) return { ...rest, status: 'slow', detail: `What is shown is old. ${detail}`, fix: null };
  return { ...rest, status: ageMs > STALE_MS ? 'unknown' : 'ok', detail, fix: null };
}
