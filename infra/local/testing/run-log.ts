import { windowTime } from '../../../lib/core/window.ts';
import type { InvocationReport } from '../lambda/event-source-mapping/sender.ts';
import type { MemoryDisk } from './memory-disk.ts';
import type { FailingCall, FailureKind } from './scenario.ts';
import type { Dropped, FinalInvocation, Invocation, OpenPart, WindowRun } from './window-run.ts';
import type { WindowedEvent } from './windowed-event.ts';

type Writable<T> = { -readonly [name in keyof T]: T[name] };

/** Writes down what happens in a run. */
export class RunLog {
  readonly #invocations: Writable<Invocation>[] = [];
  readonly #dropped: Dropped[] = [];
  /** The newest attempt of each event, by its request id. */
  readonly #attempts = new Map<string, Writable<Invocation>>();
  /** Of each shard. */
  readonly #last = new Map<string, { readonly payload: string; readonly invocation: Invocation }>();

  /** `payload`: the event's text. */
  begin(requestId: string, event: WindowedEvent, payload: string, nowMs: number): RunningCall {
    const before = this.#attempts.get(requestId) ?? this.#interrupted(event.shardId, payload);
    const invocation: Writable<Invocation> = {
      number: this.#invocations.length + 1,
      attempt: (before?.attempt ?? 0) + 1,
      at: new Date(nowMs).toISOString(),
      requestId,
      shardId: event.shardId,
      event,
      answer: null,
      error: null,
      failure: null,
      accepted: false,
      problem: null,
    };
    this.#invocations.push(invocation);
    this.#attempts.set(requestId, invocation);
    this.#last.set(event.shardId, { payload, invocation });
    return new RunningCall(invocation);
  }

  /** The same event, of a process that was killed before it heard of it: the next one's request has an id of its own. */
  #interrupted(shardId: string, payload: string): Invocation | null {
    const last = this.#last.get(shardId);
    if (last === undefined || last.payload !== payload) return null;
    const { accepted, problem } = last.invocation;
    return accepted || problem !== null ? null : last.invocation;
  }

  /** What the mapping made of it. */
  judge({ requestId, verdict }: Pick<InvocationReport, 'requestId' | 'verdict'>): void {
    const invocation = this.#attempts.get(requestId);
    if (invocation === undefined) return; // too large to be made at all
    invocation.accepted = verdict.kind === 'accepted';
    if (verdict.kind !== 'accepted') invocation.problem = verdict.message;
  }

  /** `body`: the failure record as JSON text. */
  drop(body: string): void {
    const { payload, ...record }: { readonly payload: string } = JSON.parse(body);
    const event: WindowedEvent = JSON.parse(payload);
    this.#dropped.push({
      records: event.Records,
      final: event.isFinalInvokeForWindow,
      failureRecord: { ...record, payload },
    });
  }

  run(disk: MemoryDisk): Omit<WindowRun, 'objects'> {
    return {
      invocations: this.#invocations,
      finals: this.#invocations
        .filter(({ accepted, event }) => accepted && event.isFinalInvokeForWindow)
        .map(finalOf),
      dropped: this.#dropped,
      open: openParts(disk),
    };
  }
}

/** An invocation under way. */
export class RunningCall implements FailingCall {
  readonly #invocation: Writable<Invocation>;

  constructor(invocation: Writable<Invocation>) {
    this.#invocation = invocation;
  }

  get number(): number {
    return this.#invocation.number;
  }

  get attempt(): number {
    return this.#invocation.attempt;
  }

  get shardId(): string {
    return this.#invocation.shardId;
  }

  get records(): number {
    return this.#invocation.event.Records.length;
  }

  get final(): boolean {
    return this.#invocation.event.isFinalInvokeForWindow;
  }

  get window(): FailingCall['window'] {
    return this.#invocation.event.window;
  }

  fail(how: FailureKind): void {
    this.#invocation.failure = how;
  }

  answer(kind: 'answer' | 'error', payload: string): void {
    if (kind === 'answer') this.#invocation.answer = JSON.parse(payload);
    else this.#invocation.error = JSON.parse(payload);
  }
}

function finalOf({ answer, at, event, number, shardId }: Invocation): FinalInvocation {
  const { isWindowTerminatedEarly: terminatedEarly, state, window } = event;
  return { number, at, shardId, window, state, answer, terminatedEarly };
}

function openParts(disk: MemoryDisk): OpenPart[] {
  return [...disk.checkpoints.values()].flatMap((shards) =>
    [...shards.keys()].flatMap((shardId) => {
      const open = disk.checkpoint(shardId)?.progress.open;
      if (open == null || open.recordCount === 0) return [];
      const window = { start: windowTime(open.startMs), end: windowTime(open.endMs) };
      return { shardId, window, state: JSON.parse(open.state) };
    }),
  );
}
