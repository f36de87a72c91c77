import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CLOSING_INDEX,
  parseSequenceNumber,
  SequenceRun,
  sequenceNumberOf,
} from '../../../../infra/local/kinesis/sequence-number.ts';

const seconds = fc.integer({ min: 1_400_000_000, max: 4_000_000_000 });
const shardIndex = fc.integer({ min: 0, max: 100_000 });
const origin = fc.record({ createdSeconds: seconds, shardIndex });
const recordIndex = fc.integer({ min: 1, max: 2 ** 45 });

describe('a sequence number', () => {
  test('has 56 digits and says where it is from', () => {
    fc.assert(
      fc.property(origin, recordIndex, fc.nat({ max: 100_000 }), (from, index, later) => {
        const timeSeconds = from.createdSeconds + later;
        const number = sequenceNumberOf(from, index, timeSeconds);
        expect(number).toMatch(/^\d{56}$/);
        expect(parseSequenceNumber(number)).toEqual({ ...from, version: 2, recordIndex: index, timeSeconds });
      }),
    );
  });

  test('is laid out as those of Kinesis are', () => {
    const number = sequenceNumberOf({ createdSeconds: 0x54_00_00_00, shardIndex: 3 }, 5, 0x54_00_00_07);
    expect(BigInt(number).toString(16)).toBe(
      ['2', '054000000', '3', '0000000000000005', '00', '054000007', '00000003', '2'].join(''),
    );
  });

  test('rises with the index, whatever the times, and from a shard to what is created later', () => {
    fc.assert(
      fc.property(origin, recordIndex, seconds, seconds, (from, index, one, other) => {
        const number = BigInt(sequenceNumberOf(from, index, one));
        expect(BigInt(sequenceNumberOf(from, index + 1, other))).toBeGreaterThan(number);
        const child = { createdSeconds: from.createdSeconds + 1, shardIndex: 0 };
        expect(BigInt(sequenceNumberOf(child, 0, child.createdSeconds))).toBeGreaterThan(
          BigInt(sequenceNumberOf(from, CLOSING_INDEX, other)),
        );
      }),
    );
  });

  test('is the same whether it is counted or composed', () => {
    fc.assert(
      fc.property(
        origin,
        recordIndex,
        seconds,
        fc.integer({ min: 1, max: 1200 }),
        (from, first, at, count) => {
          const run = new SequenceRun(from, first, at);
          for (let index = first; index < first + count; index += 1) {
            expect(run.next()).toBe(sequenceNumberOf(from, index, at));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    ['another version', ((2n << 184n) | 3n).toString()],
    ['too great', (3n << 184n).toString()],
    ['between the versions', (1n << 184n).toString()],
    ['of the far future', ((2n << 184n) | (16_025_175_000n << 148n) | 2n).toString()],
    ['with an index below zero', ((2n << 184n) | (1n << 143n) | 2n).toString()],
  ])('is none: %s', (_name, text) => {
    expect(parseSequenceNumber(text)).toBeNull();
  });
});
