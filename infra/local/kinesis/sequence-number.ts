/**
 * Sequence numbers in the layout of Kinesis itself (as observed, version 2): 47 hexadecimal digits, written as a decimal
 * of 56 digits.
 *
 *     2 │ shard's creation, s │ shard │ index of the record │ 00 │ arrival, s │ shard index │ 2
 *     1 │          9          │   1   │         16          │  2 │     9      │      8      │ 1   digits
 *
 * The creation stands first, and a child shard is always created after its parents, so numbers rise within a shard and
 * across a reshard, and all of a stream have the same length. The index counts a shard's records from 1, which makes the
 * way back to the place in the log a matter of a few bits.
 */
export interface SequenceOrigin {
  /** Epoch seconds. */
  readonly createdSeconds: number;
  readonly shardIndex: number;
}

export interface ParsedSequenceNumber extends SequenceOrigin {
  readonly version: 0 | 1 | 2;
  readonly recordIndex: number;
  /** Epoch seconds. */
  readonly timeSeconds: number;
}

const VERSION = 2n;
const SHARD_SHIFT = 4n;
const TIME_SHIFT = 36n;
const INDEX_SHIFT = 80n;
const NIBBLE_SHIFT = 144n;
const CREATED_SHIFT = 148n;
const LEAD = 2n << 184n;
/** The last index a shard can have: where a closed shard ends. */
export const CLOSING_INDEX = 0x7fff_ffff_ffff_ffffn;
/** 2477-10-27: later creation times are not told from garbage. */
const LAST_CREATION_SECONDS = 16_025_175_000;

function compose(origin: SequenceOrigin, recordIndex: number | bigint, timeSeconds: number): bigint {
  return (
    LEAD |
    (BigInt(origin.createdSeconds) << CREATED_SHIFT) |
    (BigInt(origin.shardIndex & 15) << NIBBLE_SHIFT) |
    (BigInt(recordIndex) << INDEX_SHIFT) |
    // A shard that was opened within the second of a reshard is created one second ahead of the clock.
    (BigInt(Math.max(timeSeconds, origin.createdSeconds)) << TIME_SHIFT) |
    (BigInt(origin.shardIndex) << SHARD_SHIFT) |
    VERSION
  );
}

export function sequenceNumberOf(
  origin: SequenceOrigin,
  recordIndex: number | bigint,
  timeSeconds: number,
): string {
  return compose(origin, recordIndex, timeSeconds).toString();
}

/** Null for what Kinesis would call an invalid sequence number. Versions 0 and 1 are told apart but not issued here. */
export function parseSequenceNumber(text: string): ParsedSequenceNumber | null {
  let value = BigInt(text);
  if (value < 1n << 124n) value += 1n << 124n;
  if (value < 1n << 129n) {
    const createdSeconds = Number((value >> 88n) & 0xf_ffff_ffffn);
    if (createdSeconds >= LAST_CREATION_SECONDS) return null;
    const shardIndex = Number(value & 0xffffn);
    return { version: 0, createdSeconds, shardIndex, recordIndex: 0, timeSeconds: 0 };
  }
  if (value <= 1n << 185n || value >= 3n << 184n) return null;
  const version = value & 15n;
  if (version !== 1n && version !== 2n) return null;
  const createdSeconds = Number((value >> CREATED_SHIFT) & 0xf_ffff_ffffn);
  const index = (value >> INDEX_SHIFT) & 0xffff_ffff_ffff_ffffn;
  if (version === 2n && (createdSeconds >= LAST_CREATION_SECONDS || index > CLOSING_INDEX)) return null;
  return {
    version: version === 1n ? 1 : 2,
    createdSeconds,
    shardIndex: Number(BigInt.asIntN(32, (value >> SHARD_SHIFT) & 0xffff_ffffn)),
    recordIndex: version === 1n ? 0 : Number(index),
    timeSeconds: Number((value >> TIME_SHIFT) & 0xf_ffff_ffffn),
  };
}

/**
 * The numbers of consecutive records with one arrival time. Each is 2^80 above the one before: the lower 28 decimal
 * digits are counted in limbs of seven digits, which costs a tenth of a BigInt for each record.
 */
export class SequenceRun {
  readonly #origin: SequenceOrigin;
  readonly #timeSeconds: number;
  #index: number;
  #head = '';
  #limb0 = 0;
  #limb1 = 0;
  #limb2 = 0;
  #limb3 = 0;

  constructor(origin: SequenceOrigin, firstIndex: number, timeSeconds: number) {
    this.#origin = origin;
    this.#index = firstIndex;
    this.#timeSeconds = timeSeconds;
    this.#load();
  }

  next(): string {
    const text = this.#head + pad(this.#limb3) + pad(this.#limb2) + pad(this.#limb1) + pad(this.#limb0);
    this.#index += 1;
    let sum = this.#limb0 + STEP0;
    let carry = sum >= LIMB ? 1 : 0;
    this.#limb0 = sum - carry * LIMB;
    sum = this.#limb1 + STEP1 + carry;
    carry = sum >= LIMB ? 1 : 0;
    this.#limb1 = sum - carry * LIMB;
    sum = this.#limb2 + STEP2 + carry;
    carry = sum >= LIMB ? 1 : 0;
    this.#limb2 = sum - carry * LIMB;
    sum = this.#limb3 + STEP3 + carry;
    if (sum >= LIMB) this.#load();
    else this.#limb3 = sum;
    return text;
  }

  #load(): void {
    const text = sequenceNumberOf(this.#origin, this.#index, this.#timeSeconds);
    this.#head = text.slice(0, -28);
    this.#limb3 = Number(text.slice(-28, -21));
    this.#limb2 = Number(text.slice(-21, -14));
    this.#limb1 = Number(text.slice(-14, -7));
    this.#limb0 = Number(text.slice(-7));
  }
}

/** 2^80 = 1 208 925 819 614 629 174 706 176, in limbs of seven digits. */
const LIMB = 10_000_000;
const STEP3 = 1208;
const STEP2 = 9_258_196;
const STEP1 = 1_462_917;
const STEP0 = 4_706_176;

function pad(limb: number): string {
  return limb >= 1_000_000 ? String(limb) : String(limb + LIMB).slice(1);
}
