/**
 * What becomes of a batch or a final invocation that failed.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
 */
export type Decision =
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** Sends the first half on its own, then the second; each with attempts of its own. */
  | { readonly kind: 'split'; readonly at: number }
  | { readonly kind: 'drop'; readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded' };

export interface RetryRules {
  /** -1: until the records expire. */
  readonly maximumRetryAttempts: number;
  readonly bisect: boolean;
}

export interface Failure {
  /** The function ran, or the event can never be sent; else it was throttled or could not be called at all. */
  readonly usesAttempt: boolean;
  /** Attempts that were used, this one included. */
  readonly attempts: number;
  /** Failures in a row, throttles included. */
  readonly failures: number;
  /** 0 for a final invocation: there is nothing to split. */
  readonly recordCount: number;
}

const FIRST_DELAY_MS = 250;
/** AWS does not publish its delays. Whoever has mended the function, or what it calls, is to see it within seconds. */
const LONGEST_DELAY_MS = 2000;
/** Ten minutes of failures: what is not mended by then is not waited for by the second. */
const PATIENT_AFTER = 300;
const PATIENT_DELAY_MS = 10_000;

export function afterFailure(failure: Failure, rules: RetryRules): Decision {
  if (failure.usesAttempt) {
    // Splitting comes before counting: it "does not count towards the retry quota".
    if (rules.bisect && failure.recordCount > 1) {
      return { kind: 'split', at: Math.ceil(failure.recordCount / 2) };
    }
    if (rules.maximumRetryAttempts >= 0 && failure.attempts > rules.maximumRetryAttempts) {
      return { kind: 'drop', condition: 'RetryAttemptsExhausted' };
    }
  }
  return { kind: 'retry', delayMs: retryDelayMs(failure.failures) };
}

/** 250 ms, doubled with every failure in a row, 2 s at most; 10 s after ten minutes. */
export function retryDelayMs(failures: number): number {
  if (failures > PATIENT_AFTER) return PATIENT_DELAY_MS;
  return Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 16), LONGEST_DELAY_MS);
}

/** How many records, from the first on, are older than the limit. */
export function expiredCount(
  records: readonly { readonly arrivalMs: number }[],
  nowMs: number,
  maximumAgeMs: number,
): number {
  const firstYoung = records.findIndex((record) => nowMs - record.arrivalMs <= maximumAgeMs);
  return firstYoung === -1 ? records.length : firstYoung;
}
