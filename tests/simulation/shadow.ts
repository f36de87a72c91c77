import { windowStartMs } from '../../lib/core/window.ts';

/** What holds in every schedule. Each is proven to be able to fail. */
export const LAWS = [
  'seven keys',
  'at most one invocation a shard',
  'windows are aligned and disjoint',
  'only the final invocation is empty',
  'no record before its window',
  'a window is opened by its own record',
  'a window begins with an empty state',
  'the state is handed on unchanged',
  'order within a shard, without gaps or repeats',
  'a window is closed before the next one opens',
  'no final invocation before its window ends',
  'no final invocation of a window without records',
  'a final invocation is repeated unchanged',
  'early if, and only if, the state is too large',
  'parents before children',
  'nothing is given up before the retry policy says so',
  'every record in a result',
  'no record in two results',
  'everything is done in the end',
  'comes to rest',
] as const;

export type Law = (typeof LAWS)[number];

/** A record as it came in, in the order of its shard. */
export interface Arrival {
  readonly sequenceNumber: string;
  readonly arrivalMs: number;
  /** When it could first be read. */
  readonly putMs: number;
}

/** Where a shard stands, by what was heard of it from outside. */
export interface Standing {
  /** How many of the shard's records are folded or dropped. */
  readonly done: number;
  readonly open: OpenPart | null;
}

/** A window, or what is left of it after an early termination. */
export interface OpenPart {
  readonly startMs: number;
  /** Its length, which the mapping may have changed since. */
  readonly seconds: number;
  readonly state: string;
  readonly folded: number;
  /** Which of the shard's records was the first to be folded in. */
  readonly first: number;
  /** How many of the shard's records were done when the window, or this part of it, began. */
  readonly from: number;
}

/** A call as the laws see it. */
export interface Call {
  readonly sequenceNumbers: readonly string[];
  readonly startMs: number;
  readonly seconds: number;
  readonly state: string;
  readonly final: boolean;
  readonly early: boolean;
}

export interface Rules {
  readonly windowSeconds: number;
  readonly idleMs: number;
  readonly stateLimitBytes: number;
}

export const BEGINNING: Standing = { done: 0, open: null };

/** A broken law and what broke it. */
export type Breach = readonly [law: Law, what: string];

/**
 * What the laws allow next, told apart from how the tracker gets there: null when a shard that stands there may make
 * this call at this moment, else the law that it breaks.
 */
export function breachOf(
  call: Call,
  standing: Standing,
  shard: { readonly arrivals: readonly Arrival[]; readonly closed: boolean },
  nowMs: number,
  rules: Rules,
): Breach | null {
  const { open } = standing;
  const next = shard.arrivals[standing.done];
  if (call.final) {
    if (open === null || open.folded === 0 || !isOf(call, open)) {
      return ['no final invocation of a window without records', told(standing)];
    }
    if (call.state !== open.state) return ['the state is handed on unchanged', open.state];
    const overflowed = Buffer.byteLength(open.state) > rules.stateLimitBytes;
    if (call.early !== overflowed) return ['early if, and only if, the state is too large', told(standing)];
    if (call.early) return null;

    const dueMs = open.startMs + open.seconds * 1000 + rules.idleMs;
    const isOver =
      next === undefined
        ? shard.closed || nowMs >= dueMs
        : windowStartMs(next.arrivalMs, open.seconds) > open.startMs ||
          (nowMs >= dueMs && next.putMs >= dueMs);
    return isOver ? null : ['no final invocation before its window ends', told(standing)];
  }

  if (call.seconds !== rules.windowSeconds) return ['windows are aligned and disjoint', told(standing)];
  const expected = shard.arrivals.slice(standing.done, standing.done + call.sequenceNumbers.length);
  if (expected.map(({ sequenceNumber }) => sequenceNumber).join() !== call.sequenceNumbers.join()) {
    return [
      'order within a shard, without gaps or repeats',
      `after ${standing.done} of ${shard.arrivals.length}`,
    ];
  }
  if (expected.some(({ arrivalMs }) => arrivalMs >= call.startMs + rules.windowSeconds * 1000)) {
    return ['no record before its window', call.sequenceNumbers.join()];
  }
  if (open === null || !isOf(call, open)) {
    if (open !== null && open.folded > 0)
      return ['a window is closed before the next one opens', told(standing)];
    if (call.state !== '{}') return ['a window begins with an empty state', call.state];
    if (next !== undefined && windowStartMs(next.arrivalMs, rules.windowSeconds) !== call.startMs) {
      return ['a window is opened by its own record', told(standing)];
    }
    return null;
  }
  if (Buffer.byteLength(open.state) > rules.stateLimitBytes) {
    return ['early if, and only if, the state is too large', told(standing)];
  }
  return call.state === open.state ? null : ['the state is handed on unchanged', open.state];
}

/** After a call succeeded: `count` of its records were taken, and `state` was returned, as compact JSON. */
export function afterCall(standing: Standing, call: Call, count: number, state: string): Standing {
  if (call.final) {
    return {
      done: standing.done,
      open: call.early ? emptyPart(call, standing.done) : null,
    };
  }
  const { done, open } = standing;
  const part = open !== null && open.startMs === call.startMs ? open : null;
  return {
    done: done + count,
    open: {
      startMs: call.startMs,
      seconds: call.seconds,
      state,
      folded: (part?.folded ?? 0) + count,
      first: part !== null && part.folded > 0 ? part.first : done,
      from: part?.from ?? done,
    },
  };
}

/** After a batch, or with a count of 0 the final invocation of the open window, was given up. */
export function afterGivingUp(standing: Standing, count: number): Standing {
  if (count > 0) return { ...standing, done: standing.done + count };
  const { open } = standing;
  return { ...standing, open: open === null ? null : emptyPart(open, standing.done) };
}

/** After the length of the windows changed: what was folded into the open one is folded again. */
export function afterResize(standing: Standing): Standing {
  return { done: standing.open?.from ?? standing.done, open: null };
}

function emptyPart({ startMs, seconds }: Pick<OpenPart, 'startMs' | 'seconds'>, done: number): OpenPart {
  return { startMs, seconds, state: '{}', folded: 0, first: done, from: done };
}

function isOf(call: Call, open: OpenPart): boolean {
  return call.startMs === open.startMs && call.seconds === open.seconds;
}

export function isAtRest(standing: Standing, arrivals: readonly Arrival[]): boolean {
  return standing.done === arrivals.length && (standing.open?.folded ?? 0) === 0;
}

function told({ done, open }: Standing): string {
  return `${done} records done, ${open === null ? 'no window open' : `${JSON.stringify(open)} open`}`;
}
