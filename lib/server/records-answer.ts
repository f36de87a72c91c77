import 'server-only';
import type { RecordsAnswer } from '../contract/records-answer.ts';
import { badRequest } from './problem.ts';
import type { Cursor, RecordTail } from './record-tail.ts';
import type { TailLoop } from './tail-loop.ts';

/** `GET /api/records[?after=<cursor>]`. Throws ProblemError for a cursor that is none; what the stream refuses is in the answer. */
export async function recordsAnswer(
  tail: Pick<RecordTail, 'answer'>,
  loop: Pick<TailLoop, 'ask'>,
  parameters: URLSearchParams,
): Promise<RecordsAnswer> {
  const after = parseCursor(parameters.get('after'));
  await loop.ask();
  return tail.answer(after);
}

function parseCursor(text: string | null): Cursor | null {
  if (text === null) return null;
  const [run, count, gaps] = /^\d{1,15}(-\d{1,15}){2}$/.test(text) ? text.split('-').map(Number) : [];
  if (run === undefined || count === undefined || gaps === undefined) {
    throw badRequest(
      `Expected \`after\` to be the cursor of an earlier answer, got ${JSON.stringify(text.slice(0, 80))}.`,
    );
  }
  return { run, count, gaps };
}
