import 'server-only';
import { parseRangeQuery, type Range, type RangeQuery, rangeOf, UnknownRangeError } from '../core/range.ts';
import { DETAILS, type Detail } from '../core/slot.ts';
import { DAY_MS, utcDay } from '../core/window.ts';
import { badRequest } from './problem.ts';
import type { WindowStore } from './window-store/window-store.ts';

/** What a request asks for with `day`, `range` and `shift`. Throws ProblemError. */
export function askedRange(parameters: URLSearchParams): RangeQuery {
  try {
    return parseRangeQuery(
      parameters.get('day') ?? 'today',
      parameters.get('range') ?? '1h',
      parameters.get('shift') ?? '0',
    );
  } catch (error) {
    if (error instanceof UnknownRangeError) throw badRequest(`${error.message}.`);
    throw error;
  }
}

/** What it asks to be told besides, with `with`. Throws ProblemError. */
export function askedDetails(text: string): Detail[] {
  return text.split(',').flatMap((name) => {
    const detail = DETAILS.find((each) => each === name);
    if (detail === undefined && name !== '') {
      throw badRequest(`Expected \`with\` to be some of ${DETAILS.join(', ')}, got "${name.slice(0, 80)}".`);
    }
    return detail ?? [];
  });
}

/** A past day's last hour is the last one with data, so the day is read before its range is known. */
export async function layOut(store: WindowStore, query: RangeQuery): Promise<Range> {
  const { dayMs } = query;
  let lastDataMs: number | null = null;
  if (dayMs !== null) await store.ensure([utcDay(dayMs)], true);
  if (dayMs !== null && typeof query.range === 'string') {
    for (const { window } of store.results(dayMs, dayMs + DAY_MS)) {
      if (lastDataMs === null || window.startMs > lastDataMs) lastDataMs = window.startMs;
    }
  }
  return rangeOf(query, store.now(), store.windowSeconds, lastDataMs);
}
