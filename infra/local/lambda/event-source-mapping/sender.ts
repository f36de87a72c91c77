import type { FailureRecord } from '../../../../lib/core/failure-record.ts';
import type { Clock } from '../../clock.ts';
import { EVENT_LIMIT_BYTES } from '../event-limit.ts';
import type { FunctionInvoker } from '../function-invoker.ts';
import { type EventSource, eventText, type InboxRecord, type WindowFields } from './event-text.ts';
import { afterFailure, expiredCount, type RetryRules } from './retry-policy.ts';
import { judge, type Verdict } from './verdict.ts';

/** One invocation to be made: a batch, or the final invocation of a window, which has no records. */
export interface Call {
  readonly records: readonly InboxRecord[];
  /** Null without windows. */
  readonly fields: WindowFields | null;
}

/** How a call was settled; what the tracker goes on from. */
export type Settled =
  | { readonly kind: 'accepted'; readonly count: number; readonly state: string }
  /** Failed, and is to be sent again in two parts. */
  | { readonly kind: 'split'; readonly at: number }
  /** The first `count` records are given up (none for a final invocation), and the destination knows. */
  | { readonly kind: 'dropped'; readonly count: number }
  | { readonly kind: 'stopped' };

/** One attempt, for whoever watches. */
export interface InvocationReport {
  readonly shardId: string;
  readonly functionArn: string;
  readonly requestId: string;
  readonly startedMs: number;
  readonly durationMs: number;
  readonly recordCount: number;
  readonly eventBytes: number;
  readonly fields: WindowFields | null;
  /** From 1. */
  readonly attempt: number;
  readonly verdict: Verdict;
}

/** A batch or a final invocation that is given up now. */
export type GivenUp = Omit<FailureRecord, 'timeMs'>;

export interface SenderOptions {
  readonly source: EventSource;
  readonly functionArn: string;
  readonly invoker: FunctionInvoker;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly retry: RetryRules;
  readonly reportsItemFailures: boolean;
  readonly strictFinal: boolean;
  /** Null: no limit but the stream's retention. */
  readonly maximumRecordAgeMs: number | null;
  /** How long the stream keeps its records; null when unknown. */
  readonly retentionMs: () => Promise<number | null>;
  /** Tells the failure destination. Never rejects. */
  readonly giveUp: (givenUp: GivenUp) => Promise<void>;
  readonly onInvocation: (report: InvocationReport) => void;
  readonly signal: AbortSignal;
}

/** Sends one call after the other, each until it is settled: nothing later in the shard overtakes a failing batch. */
export class Sender {
  readonly #options: SenderOptions;
  #inFlight = false;
  #attempts = 0;
  #lastError: string | null = null;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  get inFlight(): boolean {
    return this.#inFlight;
  }

  /** Failed attempts at the call that is being sent. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Why the last attempt failed; null after a success. */
  get lastError(): string | null {
    return this.#lastError;
  }

  async send(call: Call): Promise<Settled> {
    const { source, clock, signal, retry } = this.#options;
    const { records, fields } = call;
    const requestId = this.#options.newId();
    const text = eventText(source, records, fields);
    const eventBytes = Buffer.byteLength(text);
    let failures = 0;
    this.#attempts = 0;

    while (!signal.aborted) {
      const expired = await this.#expired(call, failures);
      if (expired > 0) {
        await this.#giveUp(call, records.slice(0, expired), requestId, 'RecordAgeExceeded', null);
        return { kind: 'dropped', count: expired };
      }
      const verdict = await this.#attempt(call, text, eventBytes, requestId);
      if (verdict.kind === 'accepted') {
        this.#attempts = 0;
        this.#lastError = null;
        return verdict;
      }
      // The process ends and takes the function with it: that is no failure of the batch, which the next start sends again.
      if (signal.aborted) break;
      failures += 1;
      // An event that can never be sent must not block its shard for ever: it uses attempts without an invocation.
      const usesAttempt = verdict.kind === 'failed' || eventBytes > EVENT_LIMIT_BYTES;
      if (usesAttempt) this.#attempts += 1;
      this.#lastError = verdict.message;

      const decision = afterFailure(
        { usesAttempt, attempts: this.#attempts, failures, recordCount: records.length },
        retry,
      );
      if (decision.kind === 'split') return decision;
      if (decision.kind === 'drop') {
        await this.#giveUp(call, records, requestId, decision.condition, verdict);
        return { kind: 'dropped', count: records.length };
      }
      await clock.sleep(decision.delayMs, signal);
    }
    return { kind: 'stopped' };
  }

  async #attempt(call: Call, text: string, eventBytes: number, requestId: string): Promise<Verdict> {
    const { clock, functionArn, invoker, onInvocation, source } = this.#options;
    if (eventBytes > EVENT_LIMIT_BYTES) {
      return {
        kind: 'not-invoked',
        message: `Expected an event of at most ${EVENT_LIMIT_BYTES} bytes, got ${eventBytes} with a single record`,
      };
    }
    const startedMs = clock.now();
    this.#inFlight = true;
    const outcome = await invoker.invoke(functionArn, text, requestId);
    this.#inFlight = false;
    const verdict = judge(outcome, {
      records: call.records,
      windowed: call.fields !== null,
      final: call.fields?.final ?? false,
      reportsItemFailures: this.#options.reportsItemFailures,
      strictFinal: this.#options.strictFinal,
    });
    onInvocation({
      shardId: source.shardId,
      functionArn,
      requestId,
      startedMs,
      durationMs: clock.now() - startedMs,
      recordCount: call.records.length,
      eventBytes,
      fields: call.fields,
      attempt: this.#attempts + 1,
      verdict,
    });
    return verdict;
  }

  /**
   * Records beyond MaximumRecordAgeInSeconds are not sent at all. Those beyond the stream's retention are given up only
   * once they have failed: the stream handed them out. A final invocation has no age.
   */
  async #expired({ records }: Call, failures: number): Promise<number> {
    if (records.length === 0) return 0;
    let limitMs = this.#options.maximumRecordAgeMs ?? Number.POSITIVE_INFINITY;
    if (failures > 0) {
      limitMs = Math.min(limitMs, (await this.#options.retentionMs()) ?? Number.POSITIVE_INFINITY);
    }
    return limitMs === Number.POSITIVE_INFINITY
      ? 0
      : expiredCount(records, this.#options.clock.now(), limitMs);
  }

  async #giveUp(
    { fields }: Call,
    records: readonly InboxRecord[],
    requestId: string,
    condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded',
    verdict: Exclude<Verdict, { kind: 'accepted' }> | null,
  ): Promise<void> {
    const { source, functionArn } = this.#options;
    const [first] = records;
    const last = records.at(-1);
    await this.#options.giveUp({
      requestId,
      functionArn,
      condition,
      invokeCount: Math.max(this.#attempts, 1), // AWS says 1 also of records that expired before they were sent
      response: verdict?.kind === 'failed' ? { functionError: verdict.functionError } : null,
      shardId: source.shardId,
      streamArn: source.streamArn,
      batch:
        first === undefined || last === undefined
          ? null
          : {
              firstSequenceNumber: first.sequenceNumber,
              lastSequenceNumber: last.sequenceNumber,
              firstArrivalMs: first.arrivalMs,
              lastArrivalMs: last.arrivalMs,
              recordCount: records.length,
            },
      window: fields,
      payload: eventText(source, records, fields),
    });
    this.#attempts = 0;
  }
}
