/** One measured line: a ratio or a size taken in this run, against the bound it must keep. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** In words, such as `at most 0.125`; empty when the row only informs. */
  readonly bound: string;
  /** Null when the row only informs, or its peer is not there. */
  readonly ok: boolean | null;
  readonly note: string;
}

/** Of an odd number of measurements the one in the middle; not a number of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
