import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accept,
  beginAt,
  beginClose,
  close,
  drop,
  nextStep,
  type Progress,
  resize,
  type ShardView,
  stateBefore,
  type TrackedRecord,
  type WindowRules,
} from '../../../../infra/local/lambda/window-tracker.ts';
import { windowStartMs } from '../../../../lib/core/window.ts';

/** Windows of 10 s, closed 2 s after their end; times are milliseconds, records are named by their number. */
const rules: WindowRules = { windowSeconds: 10, batchSize: 100, batchingMs: 0, idleMs: 2000 };

const record = (number: number, arrivalMs: number, bytes = 100): TrackedRecord => ({
  sequenceNumber: String(number),
  settles: String(number),
  arrivalMs,
  bytes,
});

const view = (records: readonly TrackedRecord[], more: Partial<ShardView> = {}): ShardView => ({
  records,
  waitingSinceMs: 0,
  caughtUpMs: 0,
  ended: false,
  roomBytes: 1_000_000,
  pieceSize: null,
  ...more,
});

const start = beginAt({ type: 'TRIM_HORIZON' });
const firstWindow = { startMs: 0, endMs: 10_000 };
/** Two records folded into the window from 0 on. */
const open = accept(start, firstWindow, [record(1, 1000), record(2, 2000)], '{"n":2}');

describe('the next step', () => {
  test('before the first read is to read', () => {
    expect(nextStep(start, view([], { caughtUpMs: null }), 5000, rules)).toEqual({
      kind: 'read',
      atMs: 5000,
    });
  });

  test('of a shard that is read to its newest record, with no window open, is to wait for news', () => {
    expect(nextStep(start, view([]), 5000, rules)).toEqual({ kind: 'read', atMs: null });
  });

  test('of an idle window is to read again when it is due', () => {
    //   0         10  12
    //   ├─1─2─────┼───┤ due
    expect(nextStep(open, view([], { caughtUpMs: 2000 }), 3000, rules)).toEqual({
      kind: 'read',
      atMs: 12_000,
    });
  });

  test('of an idle window that is due is to close it only after a read that began since', () => {
    expect(nextStep(open, view([], { caughtUpMs: 11_999 }), 12_000, rules).kind).toBe('read');
    expect(nextStep(open, view([], { caughtUpMs: 12_000 }), 12_000, rules).kind).toBe('begin-close');
  });

  test('of a due window whose shard is behind is to read on', () => {
    expect(nextStep(open, view([], { caughtUpMs: null }), 60_000, rules)).toEqual({
      kind: 'read',
      atMs: 60_000,
    });
  });

  test('is to close the open window before a record of a later one', () => {
    expect(nextStep(open, view([record(3, 10_000)]), 10_001, rules).kind).toBe('begin-close');
  });

  test('of a closing window is its final invocation, whatever else is there', () => {
    const closing = beginClose(open);
    const final = { kind: 'final', window: closing.open, early: false };
    expect(nextStep(closing, view([]), 0, rules)).toEqual(final);
    expect(nextStep(closing, view([record(3, 3000)]), 3000, rules)).toEqual(final);
    expect(nextStep(closing, view([], { ended: true }), 3000, rules)).toEqual(final);
  });

  test('after a state above the limit is the early final invocation', () => {
    const grown = accept(open, firstWindow, [record(3, 3000)], `{"x":"${'x'.repeat(1_048_569)}"}`);
    expect(grown.open?.closing).toBe('early');
    expect(nextStep(grown, view([record(4, 4000)]), 4000, rules)).toMatchObject({
      kind: 'final',
      early: true,
    });
    const atLimit = accept(open, firstWindow, [record(3, 3000)], `{"x":"${'x'.repeat(1_048_568)}"}`);
    expect(atLimit.open?.closing).toBeNull();
  });

  test('of an ended shard is to close its window, and then to end', () => {
    const ended = view([], { ended: true });
    expect(nextStep(open, ended, 3000, rules).kind).toBe('begin-close');
    expect(nextStep(start, ended, 3000, rules)).toEqual({ kind: 'end' });
  });

  test.each([
    ['the batch size', { batchSize: 2 }, {}, 2],
    ['the window', {}, {}, 3],
    ['the bytes', {}, { roomBytes: 199 }, 1],
    ['the bytes, of which the first record takes more than there are', {}, { roomBytes: 10 }, 1],
    ['the size of a piece after a split', {}, { pieceSize: 2 }, 2],
  ])('is a batch up to %s', (_, rule, more, count) => {
    const records = [record(1, 1000), record(2, 9999), record(3, 5000), record(4, 10_000)];
    expect(nextStep(start, view(records, more), 20_000, { ...rules, ...rule })).toEqual({
      kind: 'batch',
      window: firstWindow,
      count,
    });
  });

  test('of a batch that may wait is to read until it has waited, or its window ends', () => {
    const patient = { ...rules, batchingMs: 5000 };
    const waiting = view([record(1, 1000)], { waitingSinceMs: 1500 });
    expect(nextStep(start, waiting, 2000, patient)).toEqual({ kind: 'read', atMs: 6500 });
    expect(nextStep(start, waiting, 6500, patient).kind).toBe('batch');
    const late = view([record(1, 9000)], { waitingSinceMs: 9500 });
    expect(nextStep(start, late, 9500, patient)).toEqual({ kind: 'read', atMs: 10_000 });
    expect(nextStep(start, late, 10_000, patient).kind).toBe('batch');
  });

  test('without windows is a batch of everything, whatever the arrivals', () => {
    const records = [record(1, 1000), record(2, 50_000), record(3, 0)];
    expect(nextStep(start, view(records), 50_000, { ...rules, windowSeconds: 0 })).toEqual({
      kind: 'batch',
      window: null,
      count: 3,
    });
  });

  test('puts a record that is older than the open window into it', () => {
    const later = accept(start, { startMs: 10_000, endMs: 20_000 }, [record(1, 11_000)], '{}');
    expect(nextStep(later, view([record(2, 9000), record(3, 12_000)]), 12_000, rules)).toEqual({
      kind: 'batch',
      window: { startMs: 10_000, endMs: 20_000 },
      count: 2,
    });
    expect(accept(later, { startMs: 10_000, endMs: 20_000 }, [record(2, 9000)], '{}').lateRecords).toBe(1);
  });
});

describe('progress', () => {
  test('a success moves the position, and keeps window and state with it', () => {
    expect(open).toEqual({
      position: { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: '2' },
      windowPosition: { type: 'TRIM_HORIZON' },
      open: { ...firstWindow, state: '{"n":2}', recordCount: 2, closing: null },
      lateRecords: 0,
      droppedRecords: 0,
    });
    expect(stateBefore(open, firstWindow)).toBe('{"n":2}');
    expect(stateBefore(open, { startMs: 10_000, endMs: 20_000 })).toBe('{}');
  });

  test('a dropped batch moves the position alone', () => {
    expect(drop(open, [record(3, 3000)])).toEqual({
      ...open,
      position: { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: '3' },
      droppedRecords: 1,
    });
  });

  test('a closed window leaves nothing but the position', () => {
    const final = nextStep(beginClose(open), view([]), 0, rules);
    expect(final.kind === 'final' && close(open, final)).toEqual({
      ...open,
      windowPosition: open.position,
      open: null,
    });
  });

  test('an early terminated window stays open, empty, and is not closed again without records', () => {
    const grown = accept(start, firstWindow, [record(1, 1000)], `{"x":"${'x'.repeat(2_000_000)}"}`);
    const final = nextStep(grown, view([]), 0, rules);
    if (final.kind !== 'final') throw new Error(final.kind);
    const after = close(grown, final);
    expect(after.open).toEqual({ ...firstWindow, state: '{}', recordCount: 0, closing: null });
    expect(nextStep(after, view([], { caughtUpMs: 60_000 }), 60_000, rules)).toEqual({
      kind: 'read',
      atMs: null,
    });
    expect(nextStep(after, view([], { ended: true }), 60_000, rules)).toEqual({ kind: 'end' });
    expect(nextStep(after, view([record(2, 12_000)]), 60_000, rules)).toMatchObject({ kind: 'batch' });
  });

  test('another length of the windows goes back to where the open window began', () => {
    expect(resize(open)).toEqual({ ...open, position: { type: 'TRIM_HORIZON' }, open: null });
    const closed = { ...open, windowPosition: open.position, open: null };
    const second = accept(closed, { startMs: 10_000, endMs: 20_000 }, [record(3, 11_000)], '{}');
    expect(resize(second).position).toEqual({ type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: '2' });
  });

  test('another length leaves a closing window as it is: its final invocation may have been made', () => {
    const closing = beginClose(open);
    expect(resize(closing)).toBe(closing);
    expect(nextStep(closing, view([]), 0, { ...rules, windowSeconds: 0 }).kind).toBe('final');
  });

  test('what is left of an early terminated window takes no records of another length', () => {
    const left = { ...open, open: { ...firstWindow, state: '{}', recordCount: 0, closing: null } };
    expect(nextStep(left, view([record(3, 3000)]), 3000, { ...rules, windowSeconds: 5 })).toEqual({
      kind: 'batch',
      window: { startMs: 0, endMs: 5000 },
      count: 1,
    });
  });

  test('no step and no outcome changes what it is given', () => {
    const frozen: Progress = Object.freeze({ ...open, open: open.open && Object.freeze({ ...open.open }) });
    nextStep(frozen, view([record(3, 3000)]), 3000, rules);
    accept(frozen, firstWindow, [record(3, 3000)], '{}');
    drop(frozen, [record(3, 3000)]);
    beginClose(frozen);
    resize(frozen);
    expect(frozen).toEqual(open);
  });
});

describe('a shard that is played to its end', () => {
  interface Part {
    readonly startMs: number;
    readonly numbers: readonly number[];
  }
  /** Plays all of it: `drops` says of each batch whether it is given up. The state is the list of numbers. */
  function play(
    records: readonly TrackedRecord[],
    playRules: WindowRules,
    pageSize: number,
    drops: readonly boolean[],
  ) {
    let progress = start;
    let read = 0;
    let settled = 0;
    let batches = 0;
    const parts: Part[] = [];
    for (let steps = 0; steps < 10_000; steps += 1) {
      const ended = read === records.length;
      const step = nextStep(
        progress,
        view(records.slice(settled, read), { ended, caughtUpMs: ended ? 0 : null }),
        0,
        playRules,
      );
      if (step.kind === 'end') return { parts, progress };
      if (step.kind === 'read') read = Math.min(read + pageSize, records.length);
      if (step.kind === 'begin-close') progress = beginClose(progress);
      if (step.kind === 'final') {
        parts.push({ startMs: step.window.startMs, numbers: JSON.parse(step.window.state).numbers });
        progress = close(progress, step);
      }
      if (step.kind === 'batch' && step.window !== null) {
        const batch = records.slice(settled, settled + step.count);
        settled += step.count;
        if (drops[batches++ % drops.length]) {
          progress = drop(progress, batch);
        } else {
          const { numbers = [] }: { numbers?: number[] } = JSON.parse(stateBefore(progress, step.window));
          const folded = [...numbers, ...batch.map(({ sequenceNumber }) => Number(sequenceNumber))];
          progress = accept(progress, step.window, batch, JSON.stringify({ numbers: folded }));
        }
      }
    }
    throw new Error('does not end');
  }

  const shard = fc
    .array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 40 })
    .map((arrivals) => arrivals.map((arrivalMs, index) => record(index + 1, arrivalMs)));
  const size = fc.integer({ min: 1, max: 12 });

  test('has the same windows, whatever the sizes of its batches and pages', () => {
    fc.assert(
      fc.property(shard, size, size, (records, batchSize, pageSize) => {
        const whole = play(records, rules, 1000, [false]);
        expect(play(records, { ...rules, batchSize }, pageSize, [false]).parts).toEqual(whole.parts);
      }),
    );
  });

  test('counts every record once: in one window, or as dropped', () => {
    fc.assert(
      fc.property(
        shard,
        size,
        size,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
        (records, batchSize, pageSize, drops) => {
          const { parts, progress } = play(records, { ...rules, batchSize }, pageSize, drops);
          const folded = parts.flatMap(({ numbers }) => numbers);
          expect(new Set(folded).size).toBe(folded.length);
          expect(folded.length + progress.droppedRecords).toBe(records.length);
          expect(folded).toEqual([...folded].sort((a, b) => a - b));
        },
      ),
    );
  });

  test('puts every record into the window of its arrival, or into a later one that was open', () => {
    fc.assert(
      fc.property(shard, size, (records, batchSize) => {
        const { parts } = play(records, { ...rules, batchSize }, 1000, [false]);
        for (const { startMs, numbers } of parts) {
          expect(startMs % 10_000).toBe(0);
          const [first] = numbers;
          expect(windowStartMs(records[(first ?? 0) - 1]?.arrivalMs ?? -1, 10)).toBe(startMs);
          for (const number of numbers) expect(records[number - 1]?.arrivalMs).toBeLessThan(startMs + 10_000);
        }
        const starts = parts.map(({ startMs }) => startMs);
        expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
      }),
    );
  });
});
