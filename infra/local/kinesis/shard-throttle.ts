/** What one shard takes a second: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const BYTES_PER_SECOND = 1024 * 1024;
const RECORDS_PER_SECOND = 1000;

/** Counts what a shard takes in the second that runs, by the clock given. */
export class ShardThrottle {
  #second = -1;
  #bytes = 0;
  #records = 0;

  /** Whether a record of so many bytes (data and partition key) still fits; counts it if so. */
  admits(bytes: number, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#bytes = 0;
      this.#records = 0;
    }
    if (this.#records + 1 > RECORDS_PER_SECOND || this.#bytes + bytes > BYTES_PER_SECOND) return false;
    this.#records += 1;
    this.#bytes += bytes;
    return true;
  }
}
