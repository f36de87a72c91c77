/**
 * Compares two Kinesis sequence numbers as the integers they are. They are canonical decimals of up to 129 digits
 * (`0|([1-9]\d{0,128})`), too long for a double; of two such texts the longer is the greater, and equal lengths compare
 * digit by digit, which is what BigInt would say at a tenth of the cost.
 */
export function compareSequenceNumbers(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True when `a` comes after `b`: the same with one comparison of digits. */
export function isSequenceAfter(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}

export function isSequenceNumber(value: unknown): value is string {
  return typeof value === 'string' && /^(0|[1-9]\d{0,128})$/.test(value);
}
