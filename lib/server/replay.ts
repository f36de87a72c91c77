import 'server-only';
import { headerLine, MAX_REPLAY_BYTES, resultLine } from '../contract/replay-file.ts';
import { parseRangeQuery, UnknownRangeError } from '../core/range.ts';
import { DAY_MS, dayStartMs, utcDay } from '../core/window.ts';
import type { Dashboard } from './dashboard.ts';
import { badRequest } from './problem.ts';
import { eachOf, OBJECTS_AT_ONCE } from './window-store/object-reader.ts';
import { MAX_RESULT_BYTES } from './window-store/partition.ts';
import { requireRead } from './windows-answer.ts';

/**
 * `GET /api/replay?day=today|YYYY-MM-DD`: a whole replay file of the day but for the receipts, which only the browser has.
 * The store keeps what the results say and not their bytes, so each is read again. Throws ProblemError.
 */
export async function replayText(
  {
    store,
    loop,
    reader,
  }: Pick<Dashboard, 'store' | 'reader'> & { readonly loop: Pick<Dashboard['loop'], 'fresh'> },
  day: string,
  currency: string,
): Promise<string> {
  const askedMs = dayMsIn(day);
  await loop.fresh();
  requireRead(store);
  const exportedMs = store.now();
  const dayMs = askedMs ?? dayStartMs(exportedMs);
  await store.ensure([utcDay(dayMs)], true);

  const parts = store.results(dayMs, dayMs + DAY_MS);
  refuseMoreThan(
    parts.reduce((sum, part) => sum + part.size, 0),
    day,
  );
  const lines = new Map<string, string>();
  await eachOf(parts, OBJECTS_AT_ONCE, async ({ key, lastModifiedMs }) => {
    const read = await reader.get(key, { maxBytes: MAX_RESULT_BYTES });
    // What is gone by now is of no replay; what was overwritten since counts from then on.
    if (typeof read === 'string') return;
    lines.set(
      key,
      resultLine({ key, lastModifiedMs: Math.max(lastModifiedMs, read.lastModifiedMs), body: read.text }),
    );
  });
  const header = headerLine({
    day: utcDay(dayMs).replaceAll('_', '-'),
    windowSeconds: store.windowSeconds,
    idleSeconds: store.idleSeconds,
    currency,
    exportedMs,
    firstDataMs: store.firstDataMs,
  });
  return [header, ...[...lines.keys()].sort().map((key) => lines.get(key) ?? '')].join('');
}

function dayMsIn(day: string): number | null {
  try {
    return parseRangeQuery(day, 'day', '0').dayMs;
  } catch (error) {
    if (error instanceof UnknownRangeError) throw badRequest(`${error.message}.`);
    throw error;
  }
}

/** What nobody could open is not made. */
function refuseMoreThan(bytes: number, day: string): void {
  if (bytes <= MAX_REPLAY_BYTES) return;
  throw badRequest(
    `Expected a day of at most ${MAX_REPLAY_BYTES / 1024 / 1024} MB of results, got ${Math.ceil(bytes / 1024 / 1024)} MB in ${day}. Its objects can be copied as they are, with \`aws s3 cp --recursive\`.`,
    413,
  );
}
