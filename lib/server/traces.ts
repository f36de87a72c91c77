import 'server-only';
import type { TracesAnswer } from '../contract/answers.ts';
import { MAX_TRACE_AGE_MS, MAX_TRACED } from '../contract/click.ts';
import { daysOf } from '../core/range.ts';
import type { WindowPart } from '../core/window-part.ts';
import { badRequest } from './problem.ts';
import type { StoreLoop } from './window-store/store-loop.ts';
import type { WindowStore } from './window-store/window-store.ts';

/** `GET /api/traces?ids=a,b,c&since=<ms>`: where the records of these producer invocations are. Throws ProblemError. */
export async function tracesAnswer(
  store: WindowStore,
  loop: Pick<StoreLoop, 'fresh'>,
  parameters: URLSearchParams,
): Promise<TracesAnswer> {
  const ids = (parameters.get('ids') ?? '').split(',').filter((id) => id !== '');
  if (ids.length === 0 || ids.length > MAX_TRACED) {
    throw badRequest(
      `Expected \`ids\` to be 1 to ${MAX_TRACED} request ids separated by commas, got ${ids.length}.`,
    );
  }
  const since = parameters.get('since') ?? '';
  if (!/^\d{1,15}$/.test(since)) {
    throw badRequest(`Expected \`since\` to be a time in epoch milliseconds, got "${since.slice(0, 80)}".`);
  }
  await loop.fresh();
  const nowMs = store.now();
  // A window that was open when the records were sent began before.
  const fromMs = Math.max(Number(since), nowMs - MAX_TRACE_AGE_MS) - store.windowSeconds * 1000;
  const toMs = Math.max(nowMs, fromMs) + 1;
  await store.ensure(daysOf(fromMs, toMs));
  await store.readWhole(fromMs, toMs);
  const wanted = new Map(ids.map((id): [string, TracesAnswer['traces'][string][number][]] => [id, []]));
  const add = (parts: readonly WindowPart[], counted: boolean) => {
    for (const { window, key, requests } of parts) {
      for (const { requestId, recordCount, salesCents } of requests) {
        wanted.get(requestId)?.push({ ...window, recordCount, salesCents, counted, key });
      }
    }
  };
  add(store.results(fromMs, toMs), true);
  add(store.snapshots(), false);
  for (const shares of wanted.values()) {
    shares.sort((a, b) => a.startMs - b.startMs || (a.key < b.key ? -1 : 1));
  }
  return { serverNowMs: nowMs, readMs: store.readMs ?? 0, traces: Object.fromEntries(wanted) };
}
