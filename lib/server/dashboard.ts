import 'server-only';
import type { Problem } from '../contract/answers.ts';
import { excerptOfError } from '../core/excerpt.ts';
import { Access } from './access.ts';
import { Account } from './account.ts';
import { type AwsClients, createAwsClients } from './aws-clients.ts';
import { BucketReader } from './bucket-reader.ts';
import { LiveFeed } from './live.ts';
import { findMapping } from './mapping.ts';
import { type Metrics, newMetrics } from './metrics.ts';
import { isProblem, ProblemError, problem, settingProblem } from './problem.ts';
import { Producer } from './producer-client.ts';
import { RateLimits } from './rate-limits.ts';
import { RecordTail } from './record-tail.ts';
import { RuntimeControl } from './runtime-control.ts';
import { readSettings, SettingError, type Settings } from './settings.ts';
import { SharedAnswers } from './shared-answers.ts';
import { StreamReader } from './stream-calls.ts';
import { TailLoop } from './tail-loop.ts';
import { type Clock, SYSTEM_CLOCK } from './window-store/store-clock.ts';
import { StoreLoop } from './window-store/store-loop.ts';
import { WindowStore } from './window-store/window-store.ts';

/** All that the routes use, made once for this process. */
export interface Dashboard {
  readonly settings: Settings;
  readonly access: Access;
  readonly limits: RateLimits;
  readonly clients: AwsClients;
  readonly reader: BucketReader;
  readonly store: WindowStore;
  readonly loop: StoreLoop;
  readonly producer: Producer;
  readonly account: Account;
  readonly runtime: RuntimeControl;
  readonly metrics: Metrics;
  readonly feed: LiveFeed;
  readonly answers: SharedAnswers;
  readonly tail: RecordTail;
  readonly tailLoop: TailLoop;
}

export function createDashboard(
  settings: Settings,
  clients: AwsClients = createAwsClients(settings.region),
  clock: Clock = SYSTEM_CLOCK,
  access: Access = new Access({}, clock.now),
): Dashboard {
  const limits = new RateLimits(settings.salesPerHour, clock);
  const metrics = newMetrics();
  const { bucket, stream, endpoint, region } = settings;
  const reader = new BucketReader({ s3: clients.s3, bucket, endpoint, region, metrics });
  const store = new WindowStore({ ...settings, reader, clock, problemIn: readingProblem });
  const streamReader = new StreamReader({ kinesis: clients.kinesis, stream, endpoint, region, metrics });
  const tail = new RecordTail(streamReader, clock);
  const parts = {
    settings,
    access,
    limits,
    clients,
    reader,
    store,
    // The setting is what was deployed; the mapping itself knows what has been changed since.
    loop: new StoreLoop(
      store,
      clock,
      async () => (await findMapping({ clients, settings }))?.windowSeconds || null,
    ),
    producer: new Producer(settings, clients.invoker, metrics, limits, clock.now),
    account: new Account(clients.sts, clock),
    runtime: new RuntimeControl(settings, clock),
    metrics,
    tail,
    tailLoop: new TailLoop(tail, clock),
  };
  const { loop } = parts;
  return {
    ...parts,
    feed: new LiveFeed({ store, loop, clock }),
    answers: new SharedAnswers(store, loop, clock),
  };
}

function readingProblem(error: unknown): Problem {
  return isProblem(error)
    ? error.problem
    : problem('unknown', `The windows could not be read: ${excerptOfError(error)}`);
}

/** Next loads a module once for each route and again after each edit; the one reader of S3 is kept beside them. */
const KEY = Symbol.for('tumbling-window-stream-analytics.dashboard');

/** Throws ProblemError `bad-setting`. */
export function dashboard(): Dashboard {
  const kept: typeof globalThis & { [KEY]?: Dashboard } = globalThis;
  kept[KEY] ??= fromEnvironment();
  return kept[KEY];
}

function fromEnvironment(): Dashboard {
  try {
    const settings = readSettings(process.env);
    const created = createDashboard(
      settings,
      createAwsClients(settings.region),
      SYSTEM_CLOCK,
      new Access(process.env),
    );
    // Next waits for open connections before it exits.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => created.feed.endAll());
    return created;
  } catch (error) {
    if (error instanceof SettingError) throw new ProblemError(settingProblem(error));
    throw error;
  }
}
