import { isSequenceNumber } from '../../../../lib/core/sequence-order.ts';
import { parseWindowTime, windowTime } from '../../../../lib/core/window.ts';
import type { ShardPosition } from '../../kinesis/stream-reader.ts';
import type { EventSourceMappingConfiguration, Tags } from '../event-source-mappings.ts';
import type { OpenWindow } from '../window-tracker.ts';
import type { Checkpoint, StoredMapping } from './mapping-store.ts';

/** The checkpoint as JSON that a person can read. The state is already JSON text: it is put in as it is. */
export function serializeCheckpoint({ windowSeconds, progress, ended }: Checkpoint): string {
  const { open, position, windowPosition, lateRecords, droppedRecords } = progress;
  const fields = JSON.stringify({
    ended,
    position,
    windowSeconds,
    windowPosition,
    lateRecords,
    droppedRecords,
    window: open && {
      start: windowTime(open.startMs),
      end: windowTime(open.endMs),
      recordCount: open.recordCount,
      closing: open.closing,
    },
  });
  return open === null ? `${fields}\n` : `${fields.slice(0, -1)},"state":${open.state}}\n`;
}

/** The inverse of `serializeCheckpoint`. Throws TypeError or SyntaxError for anything else. */
export function parseCheckpoint(text: string): Checkpoint {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new TypeError('expected a JSON object');
  return {
    ended: value.ended === true,
    windowSeconds: count(value, 'windowSeconds'),
    progress: {
      position: position(value, 'position'),
      windowPosition: position(value, 'windowPosition'),
      lateRecords: count(value, 'lateRecords'),
      droppedRecords: count(value, 'droppedRecords'),
      open: value.window === null ? null : openWindow(value),
    },
  };
}

export function parseMapping(text: string): StoredMapping {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || !isConfiguration(value.configuration)) {
    throw new TypeError('expected the configuration of an event source mapping');
  }
  return {
    createdMs: count(value, 'createdMs'),
    configuration: value.configuration,
    tags: value.tags === undefined ? {} : tags(value.tags), // mappings of earlier versions have none
  };
}

function tags(value: unknown): Tags {
  if (!isObject(value)) throw new TypeError('expected `tags` to be an object');
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function openWindow(value: Readonly<Record<string, unknown>>): OpenWindow {
  const { window, state } = value;
  if (!isObject(window) || !isObject(state))
    throw new TypeError('expected `window` and `state` to be objects');
  const startMs = parseWindowTime(window.start);
  const endMs = parseWindowTime(window.end);
  if (startMs === null || endMs === null || endMs <= startMs) {
    throw new TypeError(`expected \`window\` to have a start and an end, got ${JSON.stringify(window)}`);
  }
  return {
    startMs,
    endMs,
    state: JSON.stringify(state),
    recordCount: count(window, 'recordCount'),
    closing: window.closing === 'over' || window.closing === 'early' ? window.closing : null,
  };
}

function position(value: Readonly<Record<string, unknown>>, name: string): ShardPosition {
  const field = value[name];
  if (isObject(field)) {
    const { type, sequenceNumber, timestampMs } = field;
    if (type === 'TRIM_HORIZON' || type === 'LATEST') return { type };
    if (type === 'AT_TIMESTAMP' && typeof timestampMs === 'number') return { type, timestampMs };
    if (type === 'AFTER_SEQUENCE_NUMBER' && isSequenceNumber(sequenceNumber)) return { type, sequenceNumber };
  }
  throw new TypeError(`expected \`${name}\` to be a position in a shard, got ${JSON.stringify(field)}`);
}

function count(value: Readonly<Record<string, unknown>>, name: string): number {
  const field = value[name];
  if (typeof field !== 'number' || !Number.isSafeInteger(field) || field < 0) {
    throw new TypeError(`expected \`${name}\` to be a count, got ${JSON.stringify(field)}`);
  }
  return field;
}

const CONFIGURATION: Readonly<Record<string, 'string' | 'number' | 'boolean' | 'object'>> = {
  UUID: 'string',
  EventSourceMappingArn: 'string',
  EventSourceArn: 'string',
  FunctionArn: 'string',
  State: 'string',
  StateTransitionReason: 'string',
  LastModified: 'number',
  LastProcessingResult: 'string',
  StartingPosition: 'string',
  BatchSize: 'number',
  MaximumBatchingWindowInSeconds: 'number',
  ParallelizationFactor: 'number',
  DestinationConfig: 'object',
  MaximumRecordAgeInSeconds: 'number',
  BisectBatchOnFunctionError: 'boolean',
  MaximumRetryAttempts: 'number',
  TumblingWindowInSeconds: 'number',
  FunctionResponseTypes: 'object',
};

function isConfiguration(value: unknown): value is EventSourceMappingConfiguration {
  return (
    isObject(value) &&
    Object.entries(CONFIGURATION).every(([name, type]) => typeof value[name] === type && value[name] !== null)
  );
}
