import type { Random } from '../../infra/local/testing/random.ts';

/** Everything that a seed decides before the first moment; what happens at a call is decided then, by the same seed. */
export interface Schedule {
  readonly windowSeconds: number;
  readonly idleSeconds: number;
  readonly batchSize: number;
  readonly batchingSeconds: number;
  readonly maximumRetryAttempts: number;
  readonly bisect: boolean;
  readonly reportItemFailures: boolean;
  readonly shardCount: number;
  /** Of an attempt, that something goes wrong. */
  readonly faultRate: number;
  /** Of an accepted batch, that its state is above the limit. */
  readonly overflowRate: number;
  /** Of a read from the stream or a write to the disk, that it fails. */
  readonly ioFaultRate: number;
  /** The longest an operation of this kind takes. */
  readonly readMs: number;
  readonly invokeMs: number;
  readonly writeMs: number;
  readonly pageSize: number;
  /** The most that an arrival lies before the moment at which the record can be read. */
  readonly jitterMs: number;
  readonly actions: readonly Action[];
  /** Until then things go wrong; after it everything must come to rest. */
  readonly calmMs: number;
}

export interface Action {
  readonly atMs: number;
  readonly kind: 'put' | 'split' | 'merge' | 'crash' | 'disable' | 'enable' | 'update';
}

export const START_MS = Date.UTC(2026, 0, 1);

export function drawSchedule(random: Random): Schedule {
  const windowSeconds = random.pick([1, 2, 5, 7, 10]);
  const lengthMs = random.int(1, 8) * windowSeconds * 1000;
  const at = () => START_MS + random.int(0, lengthMs);
  const actions: Action[] = [];
  const some = (kind: Action['kind'], count: number) => {
    for (let i = 0; i < count; i += 1) actions.push({ atMs: at(), kind });
  };
  some('put', random.pick([2, 5, 10, 25]));
  some('crash', random.pick([0, 0, 1, 2, 4]));
  some('split', random.pick([0, 0, 1, 2]));
  some('merge', random.pick([0, 0, 0, 1]));
  const interruptions = random.pick([0, 0, 0, 1]);
  some('disable', interruptions);
  some('enable', interruptions);
  some('update', random.pick([0, 0, 1, 2]));
  return {
    windowSeconds,
    idleSeconds: random.pick([0, 0, 1, 2, 120]),
    batchSize: random.pick([1, 2, 3, 10, 10_000]),
    batchingSeconds: random.pick([0, 0, 1, 3]),
    maximumRetryAttempts: random.pick([-1, -1, 0, 1, 3]),
    bisect: random.chance(0.3),
    reportItemFailures: random.chance(0.2),
    shardCount: random.int(1, 3),
    faultRate: random.pick([0, 0.1, 0.3, 0.6]),
    overflowRate: random.chance(0.005) ? 0.2 : 0,
    ioFaultRate: random.pick([0, 0, 0, 0.2]),
    readMs: random.pick([0, 5, 50, 3000]),
    invokeMs: random.pick([5, 50, 1000, 4000]),
    writeMs: random.pick([0, 1, 20]),
    pageSize: random.pick([1, 3, 10_000]),
    jitterMs: random.pick([0, 0, 20, 1500, 12_000]),
    actions: actions.sort((a, b) => a.atMs - b.atMs),
    calmMs: START_MS + lengthMs,
  };
}
