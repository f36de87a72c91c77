import { Random } from '../testing/random.ts';
import type {
  FailureKind,
  Resharding,
  Scenario,
  ScenarioFailure,
  ScenarioRecord,
} from '../testing/scenario.ts';

/** What AWS may do to a stream of records: plain data, so that a part of it can be taken away to see whether it matters. */
export interface Schedule {
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly idleSeconds: number;
  readonly faults: readonly Fault[];
  /** In bytes: a state above it ends its window early; null leaves Lambda's own limit. */
  readonly stateLimit: number | null;
  readonly reshardings: readonly {
    readonly atMs: number;
    readonly kind: 'split' | 'merge';
    readonly pick: number;
  }[];
  /** Records, by index, that can be read only so much later than they arrived. */
  readonly late: readonly { readonly index: number; readonly byMs: number }[];
}

/** Of the first attempt at the nth final invocation or the nth batch, from 1. */
export interface Fault {
  readonly of: 'final' | 'batch';
  readonly nth: number;
  readonly how: FailureKind;
}

export const UNDISTURBED: Schedule = {
  batchSize: 100,
  batchingWindowSeconds: 0,
  idleSeconds: 1,
  faults: [],
  stateLimit: null,
  reshardings: [],
  late: [],
};

const HOW = ['throws', 'times out', 'crashes', 'answer lost', 'killed', 'throttled', 's3 refuses'] as const;

/** The records with their moments, and what holds in every schedule. */
export interface Sample {
  readonly records: readonly (ScenarioRecord & { readonly at: number })[];
  readonly windowSeconds: number;
  readonly shards: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** The same for the same seed. `parts`: windows may be cut into other parts, too. `grows`: so may states outgrow 1 MB. */
export function drawSchedule(
  seed: number,
  { records, windowSeconds }: Sample,
  { parts, grows }: { readonly parts: boolean; readonly grows: boolean },
): Schedule {
  const random = new Random(seed);
  const windows = new Set(records.map(({ at }) => Math.floor(at / (windowSeconds * 1000)))).size;
  const fault = (): Fault => {
    const of = random.pick<Fault['of']>(['final', 'batch']);
    return { of, nth: random.int(1, of === 'final' ? windows : records.length), how: random.pick(HOW) };
  };
  const list = <T>(most: number, draw: () => T) => Array.from({ length: random.int(0, most) }, draw);
  const schedule: Schedule = {
    ...UNDISTURBED,
    batchSize: random.pick([1, 2, 3, 10, 100]),
    batchingWindowSeconds: random.pick([0, 0, 1, 5, 60]),
    idleSeconds: random.pick([0, 1, 5, 120]),
    faults: list(3, fault),
  };
  if (!parts) return schedule;
  const first = records[0]?.at ?? 0;
  const last = records.at(-1)?.at ?? first;
  return {
    ...schedule,
    stateLimit: grows && random.chance(0.3) ? random.int(16, 400) : null,
    reshardings: random.chance(0.3)
      ? list(2, () => ({
          atMs: random.int(first, last),
          kind: random.pick<'split' | 'merge'>(['split', 'split', 'merge']),
          pick: random.int(0, 7),
        })).sort((a, b) => a.atMs - b.atMs)
      : [],
    late: random.chance(0.3)
      ? list(2, () => ({
          index: random.int(0, records.length - 1),
          byMs: random.int(1, 2 * windowSeconds * 1000),
        }))
      : [],
  };
}

/** Whether a window's records may come in other parts than without it. */
export function changesParts({ late, reshardings, stateLimit }: Schedule): boolean {
  return late.length > 0 || reshardings.length > 0 || stateLimit !== null;
}

export function scenarioOf(schedule: Schedule, { records, ...settings }: Sample): Scenario {
  const { batchSize, batchingWindowSeconds, idleSeconds, late, stateLimit } = schedule;
  return {
    ...settings,
    batchSize,
    batchingWindowSeconds,
    idleSeconds,
    ...(stateLimit === null ? {} : { stateLimitBytes: stateLimit }),
    failures: schedule.faults.map(failureOf),
    resharding: reshardingOf(schedule, settings.shards),
    records: records.map((record, index) => ({
      ...record,
      readableAt: Math.max(
        record.at,
        ...late.filter((each) => each.index === index).map(({ byMs }) => record.at + byMs),
      ),
    })),
  };
}

function failureOf({ how, nth, of }: Fault): ScenarioFailure {
  const seen = new Set<number>();
  return {
    how,
    when: ({ attempt, final, number }) => {
      if (attempt > 1 || final !== (of === 'final')) return false;
      seen.add(number);
      return seen.size === nth;
    },
  };
}

/** In the numbers of shards that are open then, in the order of their hash keys. */
function reshardingOf({ reshardings }: Schedule, shards: number): Resharding[] {
  const open = Array.from({ length: shards }, (_, shard) => shard);
  let next = shards;
  return reshardings.flatMap(({ atMs, kind, pick }): Resharding[] => {
    const index = pick % open.length;
    const [one = 0, other] = open.slice(index, index + 2);
    if (kind === 'split') {
      open.splice(index, 1, next, next + 1);
      next += 2;
      return [{ at: atMs, split: one }];
    }
    if (other === undefined) return [];
    open.splice(index, 2, next);
    next += 1;
    return [{ at: atMs, merge: [one, other] }];
  });
}
