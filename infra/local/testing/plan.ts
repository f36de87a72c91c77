import { inspect } from 'node:util';
import { SETTINGS } from '../../../lib/core/setting-names.ts';
import { DAY_MS, MAX_IDLE_SECONDS, MAX_WINDOW_SECONDS } from '../../../lib/core/window.ts';
import { PIPELINE } from '../../pipeline.ts';
import { MAPPING_BOUNDS, MAPPING_DEFAULTS } from '../lambda/event-source-mapping/mapping-definition.ts';
import { STATE_LIMIT_BYTES } from '../lambda/window-tracker.ts';
import { FAILURE_KINDS, type Moment, type Scenario, type ScenarioFailure } from './scenario.ts';

/** A scenario with all its defaults, and its moments in epoch milliseconds. */
export interface Plan extends Required<Omit<Scenario, 'records' | 'resharding' | 'day' | 'until'>> {
  readonly failures: readonly ScenarioFailure[];
  readonly records: readonly PlannedRecord[];
  readonly resharding: readonly {
    readonly atMs: number;
    readonly split: number | null;
    readonly merge: readonly [number, number] | null;
  }[];
  readonly startMs: number;
  readonly untilMs: number;
}

export interface PlannedRecord {
  readonly arrivalMs: number;
  readonly readableMs: number;
  readonly data: string | Uint8Array;
  readonly partitionKey: string;
  /** Null: the one of the partition key. */
  readonly shard: number | null;
}

/** Thrown for a scenario that cannot be played; the message names the member and what it takes. */
export class ScenarioError extends Error {
  override name = 'ScenarioError' as const;

  constructor(
    readonly member: string,
    expected: string,
    got: unknown,
  ) {
    super(`Expected the scenario's ${member} to be ${expected}, got ${inspect(got, { depth: 1 })}.`);
  }
}

const BOUNDS = [
  ['windowSeconds', 1, MAX_WINDOW_SECONDS],
  ['shards', 1, 200],
  ['batchSize', ...MAPPING_BOUNDS.BatchSize],
  ['batchingWindowSeconds', ...MAPPING_BOUNDS.MaximumBatchingWindowInSeconds],
  ['idleSeconds', 0, MAX_IDLE_SECONDS],
  ['maximumRetryAttempts', ...MAPPING_BOUNDS.MaximumRetryAttempts],
  ['maximumRecordAgeSeconds', ...MAPPING_BOUNDS.MaximumRecordAgeInSeconds],
  ['stateLimitBytes', 2, STATE_LIMIT_BYTES],
  ['invocationMs', 0, 900_000],
  ['timeoutSeconds', 1, 900],
] as const;

const FLAGS = ['bisectBatchOnFunctionError', 'reportBatchItemFailures', 'strictFinal'] as const;

const DEFAULTS = {
  shards: 1,
  batchSize: MAPPING_DEFAULTS.BatchSize,
  batchingWindowSeconds: MAPPING_DEFAULTS.MaximumBatchingWindowInSeconds,
  idleSeconds: 1,
  maximumRetryAttempts: MAPPING_DEFAULTS.MaximumRetryAttempts,
  maximumRecordAgeSeconds: MAPPING_DEFAULTS.MaximumRecordAgeInSeconds,
  bisectBatchOnFunctionError: MAPPING_DEFAULTS.BisectBatchOnFunctionError,
  reportBatchItemFailures: false,
  strictFinal: false,
  stateLimitBytes: STATE_LIMIT_BYTES,
  failures: [],
  invocationMs: 0,
  timeoutSeconds: 60,
  environment: {},
} as const;

/** Longer than the stream keeps a record, so that one that fails for ever is given up within it. */
const REST_MS = 2 * DAY_MS;

/** Throws ScenarioError, and TypeError for what is no scenario. */
export function planOf(scenario: Scenario): Plan {
  if (typeof scenario !== 'object' || scenario === null) {
    throw new TypeError(
      `Expected a scenario such as { windowSeconds: 120, records: [] }, got ${String(scenario)}.`,
    );
  }
  const { day = '2026-01-01', records, resharding = [], until, ...given } = scenario;
  const settings = { ...DEFAULTS, ...given };
  // A misspelt member would be a test of something else.
  for (const [member, value] of Object.entries(given)) {
    if (member !== 'windowSeconds' && !Object.hasOwn(DEFAULTS, member)) {
      throw new ScenarioError(member, 'left out: there is no such member', value);
    }
  }
  for (const member of FLAGS) {
    if (typeof settings[member] !== 'boolean')
      throw new ScenarioError(member, 'true or false', settings[member]);
  }
  const failures = listOf('failures', settings.failures, ['how', 'call', 'when']);
  for (const [index, { call, how, when }] of failures.entries()) {
    if (!FAILURE_KINDS.includes(how)) {
      throw new ScenarioError(`failures[${index}].how`, `one of ${FAILURE_KINDS.join(', ')}`, how);
    }
    if (call === undefined && when === undefined) {
      throw new ScenarioError(`failures[${index}]`, 'of an invocation, by `call` or `when`', { how });
    }
  }
  for (const [member, least, most] of BOUNDS) {
    const value = settings[member];
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new ScenarioError(member, `a whole number from ${least} to ${most}`, value);
    }
  }
  const moment = (value: Moment, member: string) => {
    const ms = momentMs(value, day);
    if (Number.isNaN(ms)) {
      throw new ScenarioError(member, 'a time such as 12:00:01, an ISO 8601 text, epoch ms or a Date', value);
    }
    return ms;
  };
  const recordMembers = ['at', 'data', 'partitionKey', 'shard', 'readableAt'];
  const planned = listOf('records', records, recordMembers).map((record, index): PlannedRecord => {
    const arrivalMs = moment(record.at, `records[${index}].at`);
    const readableMs = moment(record.readableAt ?? arrivalMs, `records[${index}].readableAt`);
    if (readableMs < arrivalMs) {
      throw new ScenarioError(`records[${index}].readableAt`, 'no earlier than its `at`', record.readableAt);
    }
    return {
      arrivalMs,
      readableMs,
      data: dataOf(record.data, `records[${index}].data`),
      partitionKey: record.partitionKey ?? String(index + 1),
      shard: record.shard ?? null,
    };
  });
  const reshardings = listOf('resharding', resharding, ['at', 'split', 'merge']);
  const changes = reshardings.map((change, index) => ({
    atMs: moment(change.at, `resharding[${index}].at`),
    split: 'split' in change ? change.split : null,
    merge: 'merge' in change ? change.merge : null,
  }));
  for (const [index, { merge, split }] of changes.entries()) {
    if ((merge === null) === (split === null))
      throw new ScenarioError(`resharding[${index}]`, 'a `split` or a `merge`', reshardings[index]);
  }
  const moments = [...planned.map(({ readableMs }) => readableMs), ...changes.map(({ atMs }) => atMs)];
  const first = moments.reduce((least, ms) => Math.min(least, ms), moments[0] ?? 0);
  const last = moments.reduce((most, ms) => Math.max(most, ms), first);
  const untilMs = until === undefined ? last + REST_MS : moment(until, 'until');
  if (untilMs < first) throw new ScenarioError('until', 'no earlier than its first moment', until);
  return {
    ...settings,
    environment: { [SETTINGS.bucket]: PIPELINE.bucket.localName, ...settings.environment },
    records: planned,
    resharding: changes,
    startMs: first,
    untilMs,
  };
}

/** Throws ScenarioError for what is no list, and for an item with a member that there is not: it would be a test of something else. */
function listOf<Item extends object>(
  name: string,
  list: readonly Item[],
  members: readonly string[],
): readonly Item[] {
  if (!Array.isArray(list)) throw new ScenarioError(name, 'a list', list);
  for (const [index, item] of list.entries()) {
    if (typeof item !== 'object' || item === null)
      throw new ScenarioError(`${name}[${index}]`, 'an object', item);
    const other = Object.keys(item).find((member) => !members.includes(member));
    if (other !== undefined)
      throw new ScenarioError(
        `${name}[${index}].${other}`,
        'left out: there is no such member',
        Reflect.get(item, other),
      );
  }
  return list;
}

function momentMs(moment: Moment, day: string): number {
  if (typeof moment === 'number') return Math.floor(moment);
  if (typeof moment !== 'string') return moment.getTime();
  return Date.parse(/^\d\d:\d\d/.test(moment) ? `${day}T${moment}Z` : moment);
}

function dataOf(data: unknown, member: string): string | Uint8Array {
  if (typeof data === 'string' || data instanceof Uint8Array) return data;
  try {
    const text: string | undefined = JSON.stringify(data);
    if (text !== undefined) return text;
  } catch {
    // Such as a bigint, or what holds itself.
  }
  throw new ScenarioError(member, 'text, bytes, or what JSON can say', data);
}
