import { readFileSync } from 'node:fs';
import { UsageError } from '../usage-error.ts';
import type { Sample } from './schedule.ts';

/** More make each schedule slower, and find no more. */
const MOST_RECORDS = 60;
/** As many records fall into each window of a sample without times. */
const RECORDS_A_WINDOW = 5;
const FIRST_MS = Date.UTC(2026, 0, 1, 12);

/**
 * One record a line: its data, as JSON or text; or `{"data": …, "at": …, "partitionKey": …}`, of which the last two may be
 * left out. Without times they come at even distances. Throws UsageError.
 */
export function readSample(file: string, windowSeconds: number): Sample['records'] {
  const lines = read(file)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, MOST_RECORDS);
  if (lines.length === 0) throw new UsageError(`Expected ${file} to have a record in each line, got none.`);
  const stepMs = Math.floor((windowSeconds * 1000) / RECORDS_A_WINDOW);
  const records = lines.map((line, index) => {
    const { at, data, partitionKey } = recordIn(line);
    const atMs = at === undefined ? FIRST_MS + index * stepMs : new Date(at).getTime();
    if (Number.isNaN(atMs))
      throw new UsageError(`Expected \`at\` in line ${index + 1} of ${file} to be a time, got ${at}.`);
    return { at: atMs, data, ...(partitionKey === undefined ? {} : { partitionKey }) };
  });
  return records.sort((a, b) => a.at - b.at);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch {
    throw new UsageError(`Expected --records to be a file with a record in each line, got "${file}".`);
  }
}

function recordIn(line: string): {
  readonly data: unknown;
  readonly at?: string | number;
  readonly partitionKey?: string;
} {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { data: line };
  }
  if (typeof value !== 'object' || value === null || !('data' in value)) return { data: line };
  const {
    at,
    data,
    partitionKey,
  }: { readonly at?: unknown; readonly data: unknown; readonly partitionKey?: unknown } = value;
  return {
    data,
    ...(typeof at === 'string' || typeof at === 'number' ? { at } : {}),
    ...(typeof partitionKey === 'string' ? { partitionKey } : {}),
  };
}
