import fc from 'fast-check';
import type { Click } from '../../../lib/contract/click.ts';
import type { ReplayedResult, ReplayFile, ReplayHeader } from '../../../lib/contract/replay-file.ts';
import { resultKey } from '../../../lib/core/object-key.ts';
import { parsePart } from '../../../lib/core/window-part.ts';
import { serializeResult, type WindowResult } from '../../../lib/core/window-result.ts';
import { T, W } from '../slots.ts';

export const DAY = '2021-01-24';
export const DAY_MS = Date.UTC(2021, 0, 24);

export function header(rest: Partial<ReplayHeader> = {}): ReplayHeader {
  return {
    day: DAY,
    windowSeconds: 120,
    idleSeconds: 1,
    currency: 'USD',
    exportedMs: DAY_MS + 10 * 86_400_000,
    firstDataMs: T,
    ...rest,
  };
}

/** One part of the window `index` after T, written `lagMs` after the window's end; `sales` by request id, in cents. */
export function replayed(
  index: number,
  lagMs: number,
  sales: Readonly<Record<string, readonly number[]>>,
  { shard = 'a', sequence = 1, ...rest }: Partial<WindowResult> & { shard?: string; sequence?: number } = {},
): ReplayedResult {
  const all = Object.values(sales).flat();
  const sum = (cents: readonly number[]) => cents.reduce((total, each) => total + each, 0);
  const result: WindowResult = {
    window: { startMs: T + index * W, endMs: T + (index + 1) * W },
    shardId: shard,
    firstSequenceNumber: String(sequence),
    lastSequenceNumber: String(sequence + Math.max(1, all.length) - 1),
    recordCount: all.length,
    salesCents: sum(all),
    minCents: all.length === 0 ? null : Math.min(...all),
    maxCents: all.length === 0 ? null : Math.max(...all),
    rejected: 0,
    repeated: 0,
    requests: Object.entries(sales).map(([requestId, cents]) => ({
      requestId,
      recordCount: cents.length,
      salesCents: sum(cents),
    })),
    customers: null,
    amounts: null,
    terminatedEarly: false,
    ...rest,
  };
  const body = serializeResult(result);
  const lastModifiedMs = result.window.endMs + lagMs;
  return { part: parsePart({ key: resultKey(result), size: body.length, lastModifiedMs }, body, 120), body };
}

/** A click that was sent in the window `index` after T, a second after its start. */
export function sent(
  requestId: string,
  index: number,
  cents: readonly number[],
  rest: Partial<Click> = {},
): Click {
  const sentMs = T + index * W + 1000;
  const durationMs = 100;
  return {
    id: `click ${requestId}`,
    place: `replay ${DAY}`,
    sentMs,
    durationMs,
    receipt: {
      requestId,
      sentMs,
      durationMs,
      recordCount: cents.length,
      salesCents: cents.reduce((total, each) => total + each, 0),
      complete: true,
      errorMessage: null,
      raw: '{"statusCode":200}',
    },
    problem: null,
    shares: [],
    overdue: false,
    ...rest,
  };
}

const amounts = fc.array(fc.integer({ min: -50_000, max: 50_000 }), { maxLength: 4 });

/** Days with several shards and parts, results that come soon, late and never, and clicks that fall into one window or two. */
export const days: fc.Arbitrary<ReplayFile> = fc
  .record({
    windows: fc.uniqueArray(
      fc.record({
        index: fc.integer({ min: 0, max: 12 }),
        shard: fc.constantFrom('a', 'b'),
        sequence: fc.integer({ min: 1, max: 2 }),
        lagMs: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 400_000 })),
        own: amounts,
        others: amounts,
      }),
      { maxLength: 14, selector: ({ index, shard, sequence }) => `${index} ${shard} ${sequence}` },
    ),
    isOlder: fc.boolean(),
    lost: fc.array(
      fc.record({ index: fc.integer({ min: 0, max: 12 }), cents: amounts, overdue: fc.boolean() }),
      {
        maxLength: 3,
      },
    ),
    failed: fc.boolean(),
  })
  .map(({ windows, isOlder, lost, failed }) => {
    const results = windows.map(({ index, shard, sequence, lagMs, own, others }) =>
      // Two windows share a click, so that some clicks fall into two.
      replayed(
        index,
        lagMs,
        { [`own ${index >> 1}`]: own, other: others },
        { shard, sequence: sequence * 100 },
      ),
    );
    const counted = [...new Set(windows.map(({ index }) => index >> 1))].map((pair) =>
      sent(
        `own ${pair}`,
        pair * 2,
        windows.filter(({ index }) => index >> 1 === pair).flatMap(({ own }) => own),
      ),
    );
    const others = lost.map(({ index, cents, overdue }, at) => sent(`lost ${at}`, index, cents, { overdue }));
    const failure: Click = {
      ...sent('failed', 3, []),
      receipt: null,
      problem: { kind: 'unknown', message: 'Not <b>allowed</b>', fix: null, action: null, resource: null },
    };
    const clicks = [...counted, ...others, ...(failed ? [failure] : [])].sort((a, b) => b.sentMs - a.sentMs);
    return { header: header({ firstDataMs: isOlder ? T - 86_400_000 : T }), results, clicks };
  });
