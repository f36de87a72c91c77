import { parseResultKey } from './object-key.ts';
import { lastEndedWindow, MAX_WINDOW_SECONDS, utcDay } from './window.ts';
import {
  MalformedResultError,
  parseOriginalResult,
  parseResult,
  UNSAID,
  type WindowResult,
} from './window-result.ts';

/** One stored object's share of one window: a result part, an original result, or an open snapshot. */
export interface WindowPart extends StoredObject, Original<WindowResult> {
  /** True for an original result: its window is the last one that had ended when it was written. */
  readonly inferred: boolean;
}

/** What an original result does not say is null. */
type Original<Result extends WindowResult> = {
  readonly [Field in keyof Result]: Field extends
    | 'shardId'
    | 'firstSequenceNumber'
    | 'lastSequenceNumber'
    | 'recordCount'
    ? Result[Field] | null
    : Result[Field];
};

/** What a listing says of an object. */
export interface StoredObject {
  readonly key: string;
  readonly size: number;
  readonly lastModifiedMs: number;
}

/** A part that holds nothing, of no object. */
export const BLANK_PART: WindowPart = {
  ...UNSAID,
  key: '',
  size: 0,
  lastModifiedMs: 0,
  window: { startMs: 0, endMs: 0 },
  shardId: null,
  firstSequenceNumber: null,
  lastSequenceNumber: null,
  salesCents: 0,
  recordCount: 0,
  inferred: false,
};

/**
 * What a key under the results prefix says without its body: the window's start, and for an original result that it was
 * inferred from the time of the write. Throws MalformedResultError for a key that no result has, and for one in the
 * partition of another day: whatever was copied there would be counted twice.
 */
export function parsePartKey(
  key: string,
  windowSeconds: number,
): { readonly startMs: number; readonly original: boolean } {
  const parsed = parseResultKey(key);
  if (parsed === null) throw new MalformedResultError('key', key);
  const original = parsed.kind === 'original';
  const timeMs = original ? parsed.writtenMs : parsed.startMs;
  if (utcDay(timeMs) !== parsed.day) throw new MalformedResultError('dt', parsed.day);
  return { startMs: original ? lastEndedWindow(timeMs, windowSeconds).startMs : timeMs, original };
}

/** The start of the window that a key names, be its body readable or not; null for a key that no result has. */
export function startOfKey(key: string, windowSeconds: number): number | null {
  try {
    return parsePartKey(key, windowSeconds).startMs;
  } catch (error) {
    if (error instanceof MalformedResultError) return null;
    throw error;
  }
}

/** Parses a result object by its key and body. Throws MalformedResultError. */
export function parsePart(object: StoredObject, text: string, windowSeconds: number): WindowPart {
  const parsed = parseResultKey(object.key);
  const { startMs, original } = parsePartKey(object.key, windowSeconds);
  if (original || parsed?.kind !== 'result') {
    return {
      ...pick(object),
      ...UNSAID,
      ...parseOriginalResult(text),
      window: { startMs, endMs: startMs + windowSeconds * 1000 },
      shardId: null,
      firstSequenceNumber: null,
      lastSequenceNumber: null,
      inferred: true,
    };
  }
  const result = parseBody(text);
  if (result.window.startMs !== parsed.startMs) throw new MalformedResultError('window', result.window);
  if (result.shardId !== parsed.shardId) throw new MalformedResultError('shard_id', result.shardId);
  if (result.firstSequenceNumber !== parsed.firstSequenceNumber) {
    throw new MalformedResultError('first_sequence_number', result.firstSequenceNumber);
  }
  return { inferred: false, ...pick(object), ...result };
}

/** Parses an open snapshot. Throws MalformedResultError. */
export function parseSnapshot(object: StoredObject, text: string): WindowPart {
  return { inferred: false, ...pick(object), ...parseBody(text) };
}

/** A window that nobody could have set would hold the time of all others. */
function parseBody(text: string): WindowResult {
  const result = parseResult(text);
  const lengthMs = result.window.endMs - result.window.startMs;
  if (!(lengthMs > 0 && lengthMs <= MAX_WINDOW_SECONDS * 1000)) {
    throw new MalformedResultError('window', result.window);
  }
  return result;
}

function pick({ key, size, lastModifiedMs }: StoredObject): StoredObject {
  return { key, size, lastModifiedMs };
}
