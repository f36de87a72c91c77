import { type Sample, type Schedule, UNDISTURBED } from './schedule.ts';

export interface Case {
  readonly schedule: Schedule;
  readonly sample: Sample;
}

/**
 * A counterexample is told to people: what is not needed for it is taken away, as long as it stays one, and for no longer
 * than a person waits: a process that is started for each try takes its time.
 */
export async function shrink(
  found: Case,
  fails: (smaller: Case) => Promise<boolean>,
  elapsedMs: () => number = () => performance.now(),
): Promise<Case> {
  let least = found;
  const endMs = elapsedMs() + PATIENCE_MS;
  for (let tries = MOST_TRIES; ; ) {
    const smaller = candidates(least);
    let next: Case | null = null;
    for (const candidate of smaller) {
      if (tries-- <= 0 || elapsedMs() >= endMs) return least;
      if (await fails(candidate)) {
        next = candidate;
        break;
      }
    }
    if (next === null) return least;
    least = next;
  }
}

const MOST_TRIES = 400;
const PATIENCE_MS = 60_000;

/** Each a step smaller, the largest steps first. */
function* candidates({ sample, schedule }: Case): Generator<Case> {
  const { records } = sample;
  const lists = ['faults', 'reshardings', 'late'] as const;
  for (const name of lists) {
    for (let index = 0; index < schedule[name].length; index += 1) {
      yield { sample, schedule: { ...schedule, [name]: schedule[name].toSpliced(index, 1) } };
    }
  }
  for (const name of ['stateLimit', 'batchSize', 'batchingWindowSeconds', 'idleSeconds'] as const) {
    if (schedule[name] !== UNDISTURBED[name]) {
      yield { sample, schedule: { ...schedule, [name]: UNDISTURBED[name] } };
    }
  }
  for (let size = records.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from + size <= records.length && size < records.length; from += size) {
      const late = schedule.late.flatMap((each) =>
        each.index < from ? each : each.index < from + size ? [] : { ...each, index: each.index - size },
      );
      yield {
        sample: { ...sample, records: records.toSpliced(from, size) },
        schedule: { ...schedule, late },
      };
    }
  }
  for (const [index, fault] of schedule.faults.entries()) {
    if (fault.nth === 1) continue;
    const faults = schedule.faults.with(index, { ...fault, nth: fault.nth - 1 });
    yield { sample, schedule: { ...schedule, faults } };
  }
}
