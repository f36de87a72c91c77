import { expect, test } from 'vitest';
import { shardTimelines } from '../../../components/window/shard-timeline.tsx';
import type { ExplainedInvocation } from '../../../lib/contract/answers.ts';

let timeMs = 0;

/** Of a shard: from a state of so many sales to one of so many. */
function invocation(
  shardId: string,
  before: number,
  after: number,
  rest: Partial<ExplainedInvocation> = {},
): ExplainedInvocation {
  timeMs += 1000;
  return {
    timeMs,
    requestId: `request-${timeMs}`,
    shardId,
    records: after - before,
    rejected: 0,
    skipped: 0,
    final: false,
    terminatedEarly: false,
    durationMs: 1,
    stateBytes: 1,
    before: { recordCount: before, salesCents: before },
    after: { recordCount: after, salesCents: after },
    writtenKey: null,
    error: null,
    ...rest,
  };
}

const final = (shardId: string, count: number) =>
  invocation(shardId, count, count, { final: true, writtenKey: 'key' });

test('each shard has a line: batches, the sales in them, and whether they are in a file', () => {
  const lines = shardTimelines([
    invocation('b', 0, 5),
    invocation('a', 0, 50),
    invocation('a', 50, 83),
    final('a', 83),
  ]);
  expect(lines).toMatchObject([
    { shardId: 'a', batches: 2, records: 83, hasFile: true, failed: [] },
    { shardId: 'b', batches: 1, records: 5, hasFile: false },
  ]);
});

test('a batch that failed or was delivered again is counted once, and the failure is told', () => {
  const failed = invocation('a', 0, 40, { error: 'out of memory' });
  const [line] = shardTimelines([failed, invocation('a', 0, 40), invocation('a', 0, 40), final('a', 40)]);
  expect(line).toMatchObject({ batches: 1, records: 40, failed: [failed] });
});

test('what a part that ended early held is counted, too', () => {
  const early = invocation('a', 0, 40, { terminatedEarly: true, writtenKey: 'part' });
  const [line] = shardTimelines([early, invocation('a', 0, 7), final('a', 7)]);
  expect(line).toMatchObject({ batches: 2, records: 47 });
});
