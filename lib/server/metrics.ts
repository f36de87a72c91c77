import 'server-only';

/** What this process has done since it started; `/api/metrics` tells it. */
export interface Metrics {
  listCalls: number;
  getCalls: number;
  /** GETs that a 304 answered. */
  notModified: number;
  /** GetRecords calls of the record tail. */
  recordCalls: number;
  generateCalls: number;
  generatedRecords: number;
  errors: number;
}

export function newMetrics(): Metrics {
  return {
    listCalls: 0,
    getCalls: 0,
    notModified: 0,
    recordCalls: 0,
    generateCalls: 0,
    generatedRecords: 0,
    errors: 0,
  };
}
