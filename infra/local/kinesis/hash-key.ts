import { hash } from 'node:crypto';

/**
 * Hash keys are unsigned 128-bit numbers: decimals on the wire, 32 hexadecimal digits inside, where comparing texts is
 * comparing numbers.
 */
export type HashKey = string;

export const LAST_HASH_KEY: HashKey = 'f'.repeat(32);

/** MD5 of the UTF-8 partition key, as Kinesis routes (https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html). */
export function hashOfPartitionKey(partitionKey: string): HashKey {
  return hash('md5', partitionKey, 'hex');
}

/** Null when the decimal is not in [0, 2^128 - 1]. */
export function hashKeyFromDecimal(decimal: string): HashKey | null {
  const value = BigInt(decimal);
  return value < 0n || value >> 128n !== 0n ? null : hashKeyFromBigInt(value);
}

export function hashKeyFromBigInt(value: bigint): HashKey {
  return value.toString(16).padStart(32, '0');
}

export function hashKeyToBigInt(hashKey: HashKey): bigint {
  return BigInt(`0x${hashKey}`);
}

export function hashKeyToDecimal(hashKey: HashKey): string {
  return hashKeyToBigInt(hashKey).toString();
}

/** The first hash keys of `count` even shares of the hash space; the first is 0. */
export function evenStarts(count: number): HashKey[] {
  const share = (1n << 128n) / BigInt(count);
  return Array.from({ length: count }, (_, index) => hashKeyFromBigInt(share * BigInt(index)));
}
