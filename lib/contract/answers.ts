import type { CustomerRanking } from '../core/customer-ranking.ts';
import type { Lack } from '../core/lack.ts';
import type { Slot } from '../core/slot.ts';
import type { Totals, WindowSpread } from '../core/totals.ts';

/**
 * The JSON that the API routes answer with: the contract between lib/server and the page. Times are epoch
 * milliseconds of the server's clock, money is integer cents.
 */

/**
 * `GET /api/windows?day=today|YYYY-MM-DD&range=1h|4h|day|7d|30d|1y|<fromMs>-<toMs>[&shift=1][&with=customers,quantiles]`; ETag, 304. `shift`: days earlier, to
 * compare. `1h` always has single windows: with windows shorter than 24 s it is the last 150 of them. On a past day `1h` and
 * `4h` end with the day's last data. An answer of 304 still tells the server's time, in the header `x-server-now`. `with`: what slots tell besides, in ranges of up to 32 days (`Slot`).
 */
export interface WindowsAnswer {
  /** Of the moment of the answer; for whoever reads the header `x-server-now`, as for `readMs` and `x-server-read`. */
  readonly serverNowMs: number;
  /** Changes whenever something new is known of windows that have ended. */
  readonly version: string;
  readonly windowSeconds: number;
  /** How long after its end an idle window may stay open. */
  readonly idleSeconds: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** True when the range moves with the clock. */
  readonly live: boolean;
  /** Length of one slot; a multiple of windowSeconds. */
  readonly stepSeconds: number;
  readonly slots: readonly Slot[];
  /** Of the UTC day that `day` names (today when live): closed windows only. */
  readonly dayTotal: Totals;
  /** Of the windows that `dayTotal` sums up; null when there is none. */
  readonly daySpread: WindowSpread | null;
  /** The same day's predecessor up to the same clock time; null when it has no data. */
  readonly previousDayTotal: Totals | null;
  /** The window that holds now, even when it is outside the range. */
  readonly open: Slot;
  /** The newest closed window there is, and its lag: LastModified - window end. */
  readonly newest: { readonly startMs: number; readonly endMs: number; readonly lagMs: number } | null;
  /** When the server last heard from S3; the page shows older data as stale. */
  readonly readMs: number;
  /** While results that are there are still being read: how many of them are; null when all are. What lacks them says so. */
  readonly reading: { readonly done: number; readonly total: number } | null;
  /** Set when S3 cannot be read right now: the slots are the last ones known. */
  readonly problem: Problem | null;
  /** Objects under the results prefix that are not results, newest first, at most 20: shown, never counted. */
  readonly malformed: readonly { readonly key: string; readonly reason: string }[];
}

/** `GET /api/customers?day=…&range=…`, as `/api/windows` has them, up to 32 days: who bought how much, open windows included. */
export interface CustomersAnswer extends CustomerRanking {
  readonly serverNowMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** What is compared with: the range before; of one that goes on, as much of it as has been of this one. */
  readonly beforeMs: number;
  readonly beforeToMs: number;
}

/** `GET /api/days`: the UTC days that exist in S3, newest first; today is always there. Totals are null until read. */
export interface DaysAnswer {
  readonly serverNowMs: number;
  readonly days: readonly { readonly day: string; readonly total: Totals | null }[];
}

/** `POST /api/sales` with `{}` or `{"record_count": 1..10000}`: what the click got back. */
export interface Receipt {
  readonly requestId: string;
  readonly sentMs: number;
  readonly durationMs: number;
  readonly recordCount: number;
  readonly salesCents: number;
  /** False when the stream did not take everything; the counts are what it took. */
  readonly complete: boolean;
  readonly errorMessage: string | null;
  /** The producer's raw answer, as it came. */
  readonly raw: string;
}

/** Why something failed, in words, with what mends it. Body of every 4xx and 5xx answer as `{ "problem": … }`. */
export interface Problem {
  readonly kind:
    | 'bad-request'
    | 'forbidden-origin'
    | 'not-signed-in'
    | 'no-credentials'
    | 'expired-credentials'
    | 'access-denied'
    | 'wrong-region'
    | 'bucket-missing'
    | 'function-missing'
    | 'endpoint-down'
    | 'throttled'
    | 'function-error'
    | 'bad-setting'
    | 'unknown';
  readonly message: string;
  /** A command or a policy statement to copy, when there is one. */
  readonly fix: string | null;
  /** For access-denied: the action and the resource's ARN. */
  readonly action: string | null;
  readonly resource: string | null;
}

/** `GET /api/health` (alive, settings) and `GET /api/health?deep=1` (each hop asked). */
export interface HealthAnswer {
  /** degraded: a hop is slow, S3 was not read the last time, what is shown is old, or sums lack something. */
  readonly status: 'ok' | 'degraded' | 'down';
  readonly serverNowMs: number;
  /** From the resolved endpoint: a loopback address is local. */
  readonly mode: 'local' | 'aws';
  readonly endpoint: string | null;
  readonly region: string;
  /** Null when it cannot be asked for (no credentials). */
  readonly accountId: string | null;
  readonly bucket: string;
  readonly stream: string;
  readonly producerFunction: string;
  readonly windowSeconds: number;
  /** What whoever asks may do: read everything, or sell and act on a local pipeline, too. */
  readonly role: 'sell' | 'watch';
  /** True when people sign in, and so can sign out. */
  readonly asksForPassword: boolean;
  /** What the sums of the days in memory lack; null when that is nothing. */
  readonly lack: Lack | null;
  readonly hops: readonly Hop[];
}

export interface Hop {
  readonly name: 'producer' | 'stream' | 'consumer' | 'bucket' | 'dashboard';
  readonly status: 'ok' | 'slow' | 'down' | 'unknown';
  readonly durationMs: number | null;
  readonly detail: string;
  readonly fix: string | null;
}

/** `GET /api/objects?key=…`: one raw object for the inspector. */
export interface ObjectAnswer {
  readonly key: string;
  readonly bucket: string;
  readonly size: number;
  readonly lastModifiedMs: number;
  readonly contentType: string;
  readonly etag: string;
  readonly text: string;
  /** `aws s3 cp s3://… -`, with --endpoint-url where it is needed; empty in a replay. */
  readonly command: string;
  /** The AWS console's page of the object; null when local. */
  readonly consoleUrl: string | null;
}

/** `GET /api/rejected?day=YYYY-MM-DD`: the newest rejected records, at most 50. */
export interface RejectedAnswer {
  readonly records: readonly {
    readonly key: string;
    readonly reason: string;
    readonly arrivalMs: number;
    readonly shardId: string;
    readonly sequenceNumber: string;
    /** The beginning of the data as text. Several records may be in one object. */
    readonly preview: string;
  }[];
  /** False when the day may have more than these. */
  readonly isWhole: boolean;
}

/**
 * `GET /api/traces?ids=<request id>,…&since=<ms>`: where the records of producer invocations are, at most 100 at once.
 * `since`: when the oldest of them was sent, at most 7 days ago. An id that is in no window yet has an empty list.
 */
export interface TracesAnswer {
  readonly serverNowMs: number;
  readonly readMs: number;
  readonly traces: Readonly<
    Record<
      string,
      readonly {
        readonly startMs: number;
        readonly endMs: number;
        readonly recordCount: number;
        readonly salesCents: number;
        /** True when it is in a window result, else so far in an open snapshot. */
        readonly counted: boolean;
        readonly key: string;
      }[]
    >
  >;
}

/** `GET /api/explain?start=<window start ms>`: every consumer invocation of a window, from its structured log lines. */
export interface ExplainAnswer {
  readonly startMs: number;
  readonly endMs: number;
  readonly invocations: readonly ExplainedInvocation[];
  /** `aws logs filter-log-events …`: the same question, for a terminal. */
  readonly command: string;
  readonly problem: Problem | null;
}

export interface ExplainedInvocation {
  readonly timeMs: number;
  readonly requestId: string;
  readonly shardId: string;
  readonly records: number;
  readonly rejected: number;
  readonly skipped: number;
  readonly final: boolean;
  readonly terminatedEarly: boolean;
  readonly durationMs: number;
  readonly stateBytes: number;
  readonly before: { readonly recordCount: number; readonly salesCents: number };
  readonly after: { readonly recordCount: number; readonly salesCents: number };
  /** The result object that this invocation wrote. */
  readonly writtenKey: string | null;
  readonly error: string | null;
}
