import { counted } from '../../../lib/core/counted.ts';
import { timeline } from './timeline.ts';
import type { Verification } from './verification.ts';

const ONE_MB = 1_048_576;
const MOST_INVOCATIONS = 30;
/** What is wrong without any disturbance is wrong from the beginning. */
const UNDISTURBED_INVOCATIONS = 12;

/** What is said of a verification, line by line. */
export function verifyReport(verification: Verification, replay: (seed: number) => string): string[] {
  if (verification.kind === 'holds') {
    const { growth, invocations, schedules, summed, uncounted } = verification;
    return [
      `Holds: ${counted(schedules, 'schedule')} with ${counted(invocations, 'invocation')} left the same.`,
      ...(uncounted === null
        ? []
        : [
            `But the results add up to ${uncounted.results}, and the records to ${uncounted.records}, whatever happens: what is left out, is left out by the handler.`,
          ]),
      ...(growth.bytesPerRecord === 0
        ? ['Its state is bounded: no window of the sample grows to 1 MB.']
        : [
            `Its state grows by ${Math.ceil(growth.bytesPerRecord)} bytes a record: about ${Math.floor(ONE_MB / growth.bytesPerRecord)} records of a window end it early.`,
          ]),
      ...(summed
        ? []
        : [
            'Not played: early termination, resharding and late records, where a window comes in other parts. --sum FIELD says what to add up.',
          ]),
    ];
  }
  const { also, differences, played, rule, seed, why } = verification;
  return [
    seed === null
      ? 'BROKEN, without any disturbance:'
      : `BROKEN by the schedule of seed ${seed}, shrunk to this:`,
    '',
    ...timeline(played, seed === null ? UNDISTURBED_INVOCATIONS : MOST_INVOCATIONS).map(
      (line) => `  ${line}`,
    ),
    '',
    ...differences.slice(0, 3).map((difference) => `  In the end ${difference}.`),
    ...(differences.length > 0 ? [''] : []),
    `Why: ${why}`,
    ...also.map((other) => `Also: ${other}`),
    `Rule: "${rule}" (docs/fidelity.md)`,
    ...(seed === null ? [] : [`Again: ${replay(seed)}`]),
  ];
}
