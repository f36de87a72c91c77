import { HOUR_MS } from '../../../lib/core/window.ts';
import type { HandlerHost } from '../testing/handler-call.ts';
import { type Plan, planOf } from '../testing/plan.ts';
import { type Played, play } from '../testing/play.ts';
import { UsageError } from '../usage-error.ts';
import { type Explanation, explain, SWALLOWED, swallowsRefusal } from './broken-rule.ts';
import { type Comparison, differences, isSame, resultsOf, sumOfRecords } from './results.ts';
import {
  changesParts,
  drawSchedule,
  type Sample,
  type Schedule,
  scenarioOf,
  UNDISTURBED,
} from './schedule.ts';
import { type Case, shrink } from './shrink.ts';
import { explainLeft, explainUnfinished } from './undisturbed.ts';

export interface VerificationOptions extends Comparison {
  readonly sample: Sample;
  /** With nothing in memory, for each run. */
  readonly host: HandlerHost;
  readonly schedules: number;
  readonly firstSeed: number;
  readonly onProgress?: (done: number) => void;
  /** Before the schedule of this seed, which breaks it, is made as small as it can be. */
  readonly onBroken?: (seed: number) => void;
}

export type Verification =
  | {
      readonly kind: 'holds';
      readonly schedules: number;
      readonly invocations: number;
      readonly growth: Growth;
      /** Schedules that cut windows into other parts were played, too. */
      readonly summed: boolean;
      /** What the records add up to, where the results add up to something else without any disturbance. */
      readonly uncounted: { readonly records: number; readonly results: number } | null;
    }
  | ({
      readonly kind: 'broken';
      /** Null: without any disturbance. */
      readonly seed: number | null;
      readonly schedule: Schedule;
      readonly played: Played;
      readonly differences: readonly string[];
      /** What else was seen to be wrong with it. */
      readonly also: readonly string[];
    } & Explanation);

/** Of the state, over the records of one window. */
export interface Growth {
  /** Bytes a record; 0 for a state that is bounded. */
  readonly bytesPerRecord: number;
}

/** Below it, only digits have been added. */
const BOUNDED_BYTES = 48;
const GROWTH_RECORDS = 100;
const REFUSED_FINAL = { of: 'final', nth: 1, how: 's3 refuses' } as const;

/**
 * Plays the sample under one schedule after the other, until one leaves something else than none does. Throws UsageError when
 * nothing has what is to be added up.
 */
export async function verifyConsumer(options: VerificationOptions): Promise<Verification> {
  const { firstSeed, host, onProgress, sample, schedules } = options;
  const playCase = ({ schedule, sample: records }: Case): Promise<Played> => {
    host.restart();
    return play(shortened(planOf(scenarioOf(schedule, records))), host);
  };
  // What fails each time without any disturbance is known long before it is given up; a process takes its time to begin anew.
  const plan = planOf(scenarioOf(UNDISTURBED, sample));
  host.restart();
  const undisturbed = await play(
    { ...shortened(plan), maximumRetryAttempts: UNDISTURBED_RETRIES },
    host,
    LINGER_MS,
  );
  const expected = resultsOf(undisturbed, options);
  const ofRecords = sumOfRecords(sample, options.sum);
  const problem = explainUnfinished(undisturbed) ?? explainLeft(undisturbed, expected, ofRecords, options);
  if (problem !== null) {
    return {
      kind: 'broken',
      seed: null,
      schedule: UNDISTURBED,
      played: undisturbed,
      differences: [],
      also: [],
      ...problem,
    };
  }
  onProgress?.(0);
  const growth = growthOf(await playCase({ schedule: UNDISTURBED, sample: inOneWindow(sample) }));
  if (options.sum !== null && expected.sum === null) {
    throw new UsageError(
      `Expected --sum to be a number of the results, or of the finals' states, got "${options.sum}": none of them has it.`,
    );
  }
  const draw = { parts: expected.sum !== null, grows: growth.bytesPerRecord > 0 };
  let invocations = 0;
  for (let index = 0; index < schedules; index += 1) {
    const seed = firstSeed + index;
    const schedule = drawSchedule(seed, sample, draw);
    const played = await playCase({ schedule, sample });
    invocations += played.run.invocations.length;
    const got = differences(expected, resultsOf(played, options), changesParts(schedule));
    if (got.length > 0) {
      options.onBroken?.(seed);
      return broken(seed, { schedule, sample }, playCase, options);
    }
    onProgress?.(index + 1);
  }
  const { sum } = expected;
  const uncounted =
    sum === null || ofRecords === null || isSame(sum, ofRecords)
      ? null
      : { records: ofRecords, results: sum };
  return { kind: 'holds', schedules, invocations, growth, summed: draw.parts, uncounted };
}

async function broken(
  seed: number,
  found: Case,
  playCase: (each: Case) => Promise<Played>,
  comparison: Comparison,
): Promise<Verification> {
  const befores = new Map<Sample, Played>();
  const compared = async (each: Case) => {
    const before =
      befores.get(each.sample) ?? (await playCase({ sample: each.sample, schedule: UNDISTURBED }));
    befores.set(each.sample, before);
    const played = await playCase(each);
    const [expected, got] = [resultsOf(before, comparison), resultsOf(played, comparison)];
    const isWhole = explainUnfinished(before) === null;
    return {
      played,
      expected,
      got,
      differences: isWhole ? differences(expected, got, changesParts(each.schedule)) : [],
    };
  };
  // What breaks when nothing happens but that batches are cut is told by that alone.
  let simplest = found;
  for (const batches of [{ batchSize: 1 }, { batchingWindowSeconds: 60 }]) {
    const cut: Case = { sample: found.sample, schedule: { ...UNDISTURBED, ...batches } };
    if (simplest === found && (await compared(cut)).differences.length > 0) simplest = cut;
  }
  const least = await shrink(simplest, async (smaller) => (await compared(smaller)).differences.length > 0);
  const { differences: different, expected, got, played } = await compared(least);
  const explanation = explain(least, played, expected, got);
  const refused = await playCase({ ...least, schedule: { ...UNDISTURBED, faults: [REFUSED_FINAL] } });
  // What asks nothing of S3 cannot be refused.
  const writes = befores.get(least.sample)?.writes ?? [];
  const swallows = writes.length > 0 && swallowsRefusal(refused);
  return {
    kind: 'broken',
    seed,
    schedule: least.schedule,
    played,
    differences: different,
    also: swallows && explanation.why !== SWALLOWED ? [SWALLOWED] : [],
    ...explanation,
  };
}

const UNDISTURBED_RETRIES = 1;
/** For writes that nothing waits for: the AWS SDK takes that long with its first. */
const LINGER_MS = 100;

/** A final invocation that fails for ever is known as such after a day. */
function shortened(plan: Plan): Plan {
  return { ...plan, untilMs: plan.untilMs - 22 * HOUR_MS };
}

/** The sample's records over and over, within its first window. */
function inOneWindow({ records, windowSeconds, ...settings }: Sample): Sample {
  const startMs = Math.floor((records[0]?.at ?? 0) / (windowSeconds * 1000)) * windowSeconds * 1000;
  const many = Array.from({ length: GROWTH_RECORDS }, (_, index) => ({
    data: '',
    ...records[index % records.length],
    at: startMs + Math.floor((index / GROWTH_RECORDS) * windowSeconds * 1000),
  }));
  return { ...settings, windowSeconds, records: many };
}

/** What the second half of the records adds: a state of bounded size has its size by then. */
function growthOf({ run }: Played): Growth {
  const bytes = run.invocations.map(({ event }) => Buffer.byteLength(JSON.stringify(event.state)));
  const middle = bytes.length >> 1;
  const added = (bytes.at(-1) ?? 0) - (bytes[middle] ?? 0);
  return { bytesPerRecord: added > BOUNDED_BYTES ? added / (bytes.length - 1 - middle) : 0 };
}
