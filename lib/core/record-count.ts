import { excerptOf } from './excerpt.ts';

/** As many records as the producer makes in one invocation. */
export const MAX_RECORD_COUNT = 10_000;

/** As many records as PutRecords takes in one call. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
export const MAX_CALL_RECORDS = 500;

/** What is wrong with a request for sales that asks for what cannot be. */
export function recordCountWords(asked: unknown): string {
  return `Expected {} or {"record_count": n} with a whole number n from 1 to ${MAX_RECORD_COUNT}, got ${excerptOf(asked, 200)}.`;
}
