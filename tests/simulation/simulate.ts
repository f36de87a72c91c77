import { failureText, type Outcome, simulate } from './simulation.ts';

/** `npm run simulate -- --seeds N [--seed S]`: plays the schedules of N seeds, from S on; one seed is told event by event. */
function numberAfter(flag: string, byDefault: number): number {
  const index = process.argv.indexOf(flag);
  if (index === -1) return byDefault;
  const value = Number(process.argv[index + 1]);
  if (!Number.isSafeInteger(value) || value < 0) {
    console.error(`Expected ${flag} to be followed by a whole number, got ${process.argv[index + 1]}.`);
    process.exit(2);
  }
  return value;
}

const first = numberAfter('--seed', 1);
const count = numberAfter('--seeds', process.argv.includes('--seed') ? 1 : 10_000);
const startedMs = Date.now();
const failed: Outcome[] = [];
let done = 0;
let invocations = 0;

function* seeds(): Generator<number> {
  for (let i = 0; i < count && failed.length < 10; i += 1) yield first + i;
}

const onOutcome = (outcome: Outcome) => {
  done += 1;
  invocations += outcome.invocations;
  if (outcome.brokenLaw !== null) {
    failed.push(outcome);
    console.error(failureText(outcome));
  }
  if (done % 50_000 === 0) console.log(`${done} schedules, ${invocations} invocations`);
};
await simulate(seeds(), onOutcome, count === 1 ? { trace: (line) => console.log(line) } : {});

const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
console.log(`${done} schedules, ${invocations} invocations, ${failed.length} broken, ${seconds} s`);
process.exitCode = failed.length === 0 ? 0 : 1;
