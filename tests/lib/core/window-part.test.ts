import { expect, test } from 'vitest';
import { liveKey, resultKey } from '../../../lib/core/object-key.ts';
import { parsePart, parseSnapshot } from '../../../lib/core/window-part.ts';
import { MalformedResultError, serializeResult } from '../../../lib/core/window-result.ts';
import { result } from '../server/local-bucket.ts';

/** 24 January 2021, 15:45 UTC */
const START_MS = 1_611_503_100_000;
const YEAR_9999_MS = Date.UTC(9999, 0);

function read(endMs: number) {
  const stored = result(START_MS, 'shardId-000000000000', 1, [100], { window: { startMs: START_MS, endMs } });
  const text = serializeResult(stored);
  const object = { size: text.length, lastModifiedMs: START_MS };
  return [
    () => parsePart({ key: resultKey(stored), ...object }, text, 120).window.endMs,
    () => parseSnapshot({ key: liveKey(stored.shardId), ...object }, text).window.endMs,
  ];
}

test('a result and an open snapshot have a window of 15 minutes at most, whatever stands in them', () => {
  for (const reading of read(START_MS + 900_000)) expect(reading()).toBe(START_MS + 900_000);
  for (const endMs of [START_MS + 901_000, YEAR_9999_MS, START_MS, START_MS - 1000]) {
    for (const reading of read(endMs)) expect(reading).toThrow(MalformedResultError);
  }
});
