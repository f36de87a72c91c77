/** Where log lines go. `append` returns at once and never throws: a log must not hold up, or bring down, what it tells of. */
export interface LogSink {
  append(logGroupName: string, logStreamName: string, timestampMs: number, message: string): void;
}
