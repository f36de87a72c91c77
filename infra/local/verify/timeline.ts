import { shardIndexOf } from '../../../lib/core/shard-index.ts';
import type { Played } from '../testing/play.ts';
import type { FailureKind } from '../testing/scenario.ts';
import type { Invocation } from '../testing/window-run.ts';
import { excerpt } from './results.ts';

const WHAT: Readonly<Record<FailureKind, string>> = {
  throws: 'fails before it begins',
  'times out': 'runs to its end, and its time is over',
  crashes: 'runs to its end, and its sandbox crashes before the answer',
  'answer lost': 'runs to its end, and the answer is lost',
  killed: 'runs to its end, and the mapping starts again before it hears of it',
  throttled: 'is throttled: it does not run',
  's3 refuses': 'runs, and S3 answers AccessDenied',
};

const MOST_ATTEMPTS = 3;

/** A run, line by line: when, which shard, what came with which state, what was written, how it ended. `most`: invocations. */
export function timeline({ run, writes }: Played, most: number): string[] {
  // What fails for ever fails alike: its first attempts tell it.
  const shown = run.invocations.filter(({ attempt }) => attempt <= MOST_ATTEMPTS).slice(0, most);
  const lines = shown.flatMap((invocation) => [
    head(invocation),
    ...writes
      .filter(({ call }) => call === invocation.number)
      .map(({ key }) => `                    writes ${key}`),
    ...tail(invocation),
  ]);
  const left = run.invocations.length - shown.length;
  return left > 0 ? [...lines, `… and ${left} invocations more`] : lines;
}

function head({ at, attempt, event, number, shardId }: Invocation): string {
  const { Records, isFinalInvokeForWindow: final, isWindowTerminatedEarly: early, state, window } = event;
  const data = Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString()).join(' ');
  const what = final
    ? `${early ? 'early final' : 'final'} of ${window.start.slice(11, 19)}`
    : `batch ${excerpt(data)}`;
  const again = attempt > 1 ? ` (attempt ${attempt})` : '';
  return `${at.slice(11, 23)}  #${number} shard ${shardIndexOf(shardId)}  ${what}, state ${excerpt(JSON.stringify(state))}${again}`;
}

function tail({ accepted, answer, error, failure, problem }: Invocation): string[] {
  const lines: string[] = [];
  if (failure !== null) lines.push(WHAT[failure]);
  else if (error !== null) lines.push(`fails: ${error.errorType}: ${error.errorMessage}`);
  else lines.push(`answers ${excerpt(JSON.stringify(answer))}`);
  if (!accepted && failure === null && error === null && problem !== null) lines.push(problem);
  return lines.map((line) => `                    ${line}`);
}
