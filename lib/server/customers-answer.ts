import 'server-only';
import type { CustomersAnswer } from '../contract/answers.ts';
import { rankCustomers } from '../core/customer-ranking.ts';
import { daysOf, isDetailable, MAX_DETAILED_DAYS } from '../core/range.ts';
import type { WindowPart } from '../core/window-part.ts';
import { askedRange, layOut } from './asked-range.ts';
import { badRequest } from './problem.ts';
import type { StoreLoop } from './window-store/store-loop.ts';
import type { WindowStore } from './window-store/window-store.ts';
import { requireRead } from './windows-answer.ts';

/** For `GET /api/customers`, as `windowsRead`. Throws what that throws, and ProblemError for a range that is too long. */
export async function customersRead(
  store: WindowStore,
  loop: Pick<StoreLoop, 'fresh'>,
  parameters: URLSearchParams,
): Promise<() => CustomersAnswer> {
  const query = askedRange(parameters);
  await loop.fresh();
  requireRead(store);
  const { fromMs, toMs } = await layOut(store, query);
  if (!isDetailable({ fromMs, toMs })) {
    throw badRequest(`Customers are told apart in ranges of at most ${MAX_DETAILED_DAYS} days.`);
  }
  const nowMs = store.now();
  const lengthMs = toMs - fromMs;
  await store.ensure(daysOf(fromMs - lengthMs, toMs));
  const isIn = ({ window }: WindowPart) => window.startMs >= fromMs && window.startMs < toMs;
  return () => ({
    serverNowMs: nowMs,
    fromMs,
    toMs,
    beforeMs: fromMs - lengthMs,
    beforeToMs: Math.min(toMs, nowMs) - lengthMs,
    ...rankCustomers(
      [...store.results(fromMs, toMs), ...store.snapshots().filter(isIn)],
      store.results(fromMs - lengthMs, Math.min(toMs, nowMs) - lengthMs),
    ),
  });
}
