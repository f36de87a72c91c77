import type { Clock } from '../../clock.ts';
import type { StreamReader } from '../../kinesis/stream-reader.ts';
import {
  accept,
  type BatchStep,
  beginClose,
  close,
  drop,
  EMPTY_STATE,
  type FinalStep,
  nextStep,
  type Progress,
  passOver,
  stateBefore,
  type WindowRules,
} from '../window-tracker.ts';
import { type EventSource, recordWriter, roomBytes, type WindowFields } from './event-text.ts';
import { Inbox } from './inbox.ts';
import type { Checkpoint } from './mapping-store.ts';
import { Pause } from './pause.ts';
import type { RecordFilter } from './record-filter.ts';
import { retryDelayMs } from './retry-policy.ts';
import { Sender, type SenderOptions } from './sender.ts';
import type { ShardStatus } from './status.ts';

export interface ShardWorkerOptions {
  readonly source: EventSource;
  readonly checkpoint: Checkpoint;
  readonly rules: WindowRules;
  readonly filter: RecordFilter;
  readonly reader: StreamReader;
  readonly clock: Clock;
  readonly sender: Omit<SenderOptions, 'source' | 'clock' | 'signal'>;
  /** Stores the checkpoint as one value. */
  readonly save: (checkpoint: Checkpoint) => Promise<void>;
  readonly log: (line: string) => void;
}

/** One shard: reads, asks the tracker what is next, has it sent, and stores what came of it. One invocation at a time. */
export class ShardWorker {
  readonly #options: ShardWorkerOptions;
  readonly #inbox: Inbox;
  readonly #sender: Sender;
  readonly #pause: Pause;
  readonly #stop = new AbortController();
  readonly #isWindowed: boolean;
  readonly #roomWithoutState: number;
  #progress: Progress;
  #ended = false;
  #abandoned = false;
  #problem: string | null = null;
  /** After a batch was split: the sizes of the parts that are still to be sent. */
  #pieces: readonly number[] = [];

  constructor(options: ShardWorkerOptions) {
    const { source, checkpoint, filter, reader, clock, rules } = options;
    this.#options = options;
    this.#isWindowed = rules.windowSeconds > 0;
    const fields = { window: { startMs: 0, endMs: 0 }, state: '', final: false, early: false };
    this.#roomWithoutState = roomBytes(source, this.#isWindowed ? fields : null);
    this.#progress = checkpoint.progress;
    this.#pause = new Pause(clock);
    this.#inbox = new Inbox({
      reader,
      clock,
      streamArn: source.streamArn,
      shardId: source.shardId,
      position: checkpoint.progress.position,
      write: recordWriter(source),
      filter,
    });
    this.#sender = new Sender({ ...options.sender, source, clock, signal: this.#stop.signal });
  }

  /** The stream has changed. */
  wake(): void {
    this.#pause.wake();
  }

  /** Ends the run: waits are cut short, an invocation under way is still awaited and its outcome stored. */
  stop(): void {
    this.#stop.abort();
    this.#pause.wake();
  }

  /** Stores nothing from now on: what is under way will be done again by the next run. */
  abandon(): void {
    this.#abandoned = true;
    this.stop();
  }

  /** Runs until the shard has ended or the worker is stopped. */
  async run(): Promise<'ended' | 'stopped'> {
    const { clock, rules } = this.#options;
    while (!this.#stop.signal.aborted) {
      const view = this.#inbox.view(this.#roomBytes(), this.#pieces[0] ?? null);
      const step = nextStep(this.#progress, view, clock.now(), rules);
      switch (step.kind) {
        case 'read':
          await this.#pause.until(step.atMs);
          if (!this.#stop.signal.aborted) await this.#read();
          break;
        case 'batch':
          await this.#sendBatch(step);
          break;
        case 'begin-close':
          await this.#commit(beginClose(this.#progress));
          break;
        case 'final':
          await this.#sendFinal(step);
          break;
        case 'end':
          if (await this.#commit(this.#progress, true)) return 'ended';
      }
    }
    return 'stopped';
  }

  async #read(): Promise<void> {
    const { clock, log, source } = this.#options;
    for (let failures = 1; !this.#stop.signal.aborted; failures += 1) {
      try {
        await this.#inbox.read();
        this.#problem = null;
        return await this.#passOver();
      } catch (error) {
        if (isNotFound(error)) {
          log(
            `${source.shardId} is gone from the stream: its open window is closed, what was unread is lost`,
          );
          this.#inbox.end();
          return;
        }
        this.#problem = `Reading failed: ${messageOf(error)}`;
        if (failures === 1) log(`${source.shardId}: ${this.#problem}; trying again`);
        await clock.sleep(retryDelayMs(failures), this.#stop.signal);
      }
    }
  }

  /** What the filter passes over at the front moves the position at once: no later filter is to see it. */
  async #passOver(): Promise<void> {
    const { passedOver } = this.#inbox;
    if (passedOver === null) return;
    if (await this.#commit(passOver(this.#progress, passedOver))) this.#inbox.forgetPassedOver();
  }

  async #sendBatch({ window, count }: BatchStep): Promise<void> {
    const records = this.#inbox.records.slice(0, count);
    const fields: WindowFields | null =
      window === null
        ? null
        : { window, state: stateBefore(this.#progress, window), final: false, early: false };
    const settled = await this.#sender.send({ records, fields });
    switch (settled.kind) {
      case 'accepted': {
        const done = records.slice(0, settled.count);
        const { stateLimitBytes } = this.#options.rules;
        if (await this.#commit(accept(this.#progress, window, done, settled.state, stateLimitBytes))) {
          this.#settle(count, settled.count);
        }
        return;
      }
      case 'dropped':
        if (await this.#commit(drop(this.#progress, records.slice(0, settled.count)))) {
          this.#settle(count, settled.count);
        }
        return;
      case 'split':
        this.#pieces = [settled.at, ...this.#withoutFirst(settled.at, count)];
    }
  }

  async #sendFinal(step: FinalStep): Promise<void> {
    const { window, early } = step;
    const settled = await this.#sender.send({
      records: [],
      fields: { window, state: window.state, final: true, early },
    });
    if (settled.kind === 'accepted' || settled.kind === 'dropped') {
      await this.#commit(close(this.#progress, step));
    }
  }

  /** The first `done` records of a batch of `count` are settled; the rest of it stays a batch of its own. */
  #settle(count: number, done: number): void {
    this.#inbox.take(done);
    this.#pieces = this.#withoutFirst(done, count);
  }

  #withoutFirst(done: number, count: number): readonly number[] {
    const [head = count, ...others] = this.#pieces;
    return [count - done, head - count, ...others].filter((size) => size > 0);
  }

  /** Position, window and state are stored together, or not at all. False when stopped before that. */
  async #commit(progress: Progress, ended = false): Promise<boolean> {
    const { clock, log, rules, save, source } = this.#options;
    for (let failures = 1; ; failures += 1) {
      if (this.#abandoned) return false;
      try {
        await save({ windowSeconds: rules.windowSeconds, progress, ended });
        this.#progress = progress;
        this.#ended = ended;
        this.#problem = null;
        return true;
      } catch (error) {
        this.#problem = `The checkpoint cannot be stored: ${messageOf(error)}`;
        if (failures === 1) log(`${source.shardId}: ${this.#problem}; trying again`);
        await clock.sleep(retryDelayMs(failures), this.#stop.signal);
        if (this.#stop.signal.aborted) return false;
      }
    }
  }

  /** A window takes as many bytes as any other: the state is what differs. */
  #roomBytes(): number {
    const { open } = this.#progress;
    return this.#roomWithoutState - (this.#isWindowed ? Buffer.byteLength(open?.state ?? EMPTY_STATE) : 0);
  }

  get status(): ShardStatus {
    const { open, position, lateRecords, droppedRecords } = this.#progress;
    return {
      shardId: this.#options.source.shardId,
      position,
      window: open && { startMs: open.startMs, endMs: open.endMs },
      foldedRecords: open?.recordCount ?? 0,
      waitingRecords: this.#inbox.records.length,
      lateRecords,
      droppedRecords,
      failedAttempts: this.#sender.attempts,
      lastError: this.#problem ?? this.#sender.lastError,
      millisBehindLatest: this.#inbox.millisBehindLatest,
      invocationInFlight: this.#sender.inFlight,
      ended: this.#ended,
    };
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'ResourceNotFoundException';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
