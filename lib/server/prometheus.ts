import 'server-only';
import { countClosed } from '../core/part-sums.ts';
import type { Dashboard } from './dashboard.ts';
import { newestIn } from './windows-answer.ts';

type Row = readonly [name: string, type: 'counter' | 'gauge', help: string, value: number | null];

/** `GET /api/metrics`, in Prometheus' text format. https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function metricsText({ store, metrics, feed }: Pick<Dashboard, 'store' | 'metrics' | 'feed'>): string {
  const nowMs = store.now();
  const windows = countClosed(store.allResults(), Number.POSITIVE_INFINITY);
  const newest = newestIn(store, nowMs);
  const rows: readonly Row[] = [
    ['windows_seen', 'gauge', 'Windows with a result in the days that are in memory.', windows],
    ['result_objects', 'gauge', 'Result objects in memory.', store.resultCount],
    [
      'malformed_objects',
      'gauge',
      'Objects under the results prefix that are no results.',
      store.malformed().length,
    ],
    [
      'result_lag_seconds',
      'gauge',
      'From the end of the newest closed window to its results.',
      seconds(newest?.lagMs),
    ],
    [
      'newest_window_age_seconds',
      'gauge',
      'Since the newest closed window ended.',
      seconds(newest && nowMs - newest.endMs),
    ],
    [
      'read_age_seconds',
      'gauge',
      'Since the results were last read.',
      seconds(store.readMs && nowMs - store.readMs),
    ],
    ['live_clients', 'gauge', 'Pages that listen for changes.', feed.clientCount],
    ['s3_list_calls_total', 'counter', 'ListObjectsV2 calls.', metrics.listCalls],
    ['s3_get_calls_total', 'counter', 'GetObject calls.', metrics.getCalls],
    ['s3_not_modified_total', 'counter', 'GetObject calls that were answered with 304.', metrics.notModified],
    [
      'kinesis_get_records_calls_total',
      'counter',
      'GetRecords calls of the record tail.',
      metrics.recordCalls,
    ],
    ['generate_calls_total', 'counter', 'Invocations of the producer that succeeded.', metrics.generateCalls],
    ['generated_records_total', 'counter', 'Records that the stream took of them.', metrics.generatedRecords],
    ['errors_total', 'counter', 'Calls to AWS that failed.', metrics.errors],
  ];
  return rows
    .filter(([, , , value]) => value !== null)
    .map(([name, type, help, value]) => {
      const full = `tumbling_windows_${name}`;
      return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${full} ${value}\n`;
    })
    .join('');
}

function seconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : ms / 1000;
}
