import { FieldError, type Fields, isoTime, jsonLine, parseFields } from '../core/json-fields.ts';
import { DAY_MS, MAX_IDLE_SECONDS, MAX_WINDOW_SECONDS, parseUtcDate } from '../core/window.ts';
import { parsePart, type WindowPart } from '../core/window-part.ts';
import { MalformedResultError } from '../core/window-result.ts';
import type { Click } from './click.ts';
import { parseReceiptLine } from './receipt-line.ts';

/** A UTC day to be played again: its settings, its window results as they are stored, and one browser's receipts. */
export interface ReplayFile {
  readonly header: ReplayHeader;
  /** All of windows that start in the day. */
  readonly results: readonly ReplayedResult[];
  /** Newest first. */
  readonly clicks: readonly Click[];
}

export interface ReplayHeader {
  /** UTC, YYYY-MM-DD. */
  readonly day: string;
  readonly windowSeconds: number;
  readonly idleSeconds: number;
  /** ISO 4217. */
  readonly currency: string;
  /** Of what came later the file knows nothing. */
  readonly exportedMs: number;
  /** The start of the first window that the bucket had data of, on whichever day; null when there was none. */
  readonly firstDataMs: number | null;
}

/** A result and the very bytes that it was read from. */
export interface ReplayedResult {
  readonly part: WindowPart;
  readonly body: string;
}

/** What its line says of a result; the rest is in its key and body. */
export interface ResultLine {
  readonly key: string;
  readonly lastModifiedMs: number;
  readonly body: string;
}

const KIND = 'tumbling-windows-replay';
const VERSION = 1;
/** Some fifty days of windows of two minutes; more would hold up the page that reads it. */
export const MAX_REPLAY_BYTES = 64 * 1024 * 1024;

/** Thrown for a file that cannot be played; the message says what was expected, what came, and what to do. */
export class ReplayFileError extends Error {
  override name = 'ReplayFileError' as const;

  constructor(
    readonly reason: 'not-a-replay-file' | 'newer-version' | 'damaged-line' | 'too-large',
    message: string,
    /** From 1 on; null when it is about the file as a whole. */
    readonly line: number | null = null,
  ) {
    super(message);
  }
}

/** A replay file is NDJSON: the header, then a line for each result, then one for each receipt (`receiptLine`). */
export function headerLine(header: ReplayHeader): string {
  return jsonLine({
    kind: KIND,
    version: VERSION,
    day: header.day,
    window_seconds: header.windowSeconds,
    idle_seconds: header.idleSeconds,
    currency: header.currency,
    exported_at: isoTime(header.exportedMs),
    first_data: header.firstDataMs === null ? null : isoTime(header.firstDataMs),
  });
}

/** The body stays a text: results of the original demo, and whatever wrote others, are kept to the byte. */
export function resultLine({ key, lastModifiedMs, body }: ResultLine): string {
  return jsonLine({ kind: 'result', key, last_modified: isoTime(lastModifiedMs), body });
}

/** Receipts are kept apart by the pipeline that they are of; those of a file are of the file. */
function replayPlace(day: string): string {
  return `replay ${day}`;
}

/** Reads a file that someone chose or dropped. Rejects with ReplayFileError. */
export async function readReplay(file: Blob): Promise<ReplayFile> {
  if (file.size > MAX_REPLAY_BYTES) {
    throw new ReplayFileError(
      'too-large',
      `Expected a replay file of at most ${MAX_REPLAY_BYTES / 1024 / 1024} MB, got one of ${Math.ceil(file.size / 1024 / 1024)} MB. Export a day with fewer results, or one of longer windows.`,
    );
  }
  return parseReplay(await file.text());
}

/** Reads what `headerLine`, `resultLine` and `receiptLine` wrote. Throws ReplayFileError. */
export function parseReplay(text: string): ReplayFile {
  const [first = '', ...rest] = text.replace(/^\uFEFF/, '').split('\n');
  const header = parseHeader(first);
  const results = new Map<string, ReplayedResult>();
  const clicks: Click[] = [];
  for (const [index, each] of rest.entries()) {
    if (each.trim() === '') continue;
    try {
      const fields = parseFields(each, 'line');
      if (fields.value.kind === 'result') {
        const result = parseResultLine(fields, header);
        if (results.has(result.part.key))
          throw new FieldError('key', 'one that is not there yet', result.part.key);
        results.set(result.part.key, result);
      } else if (fields.value.kind === 'receipt')
        clicks.push(parseReceiptLine(fields, replayPlace(header.day)));
      else throw new FieldError('kind', '"result" or "receipt"', fields.value.kind);
    } catch (error) {
      throw damaged(index + 2, error);
    }
  }
  clicks.sort((a, b) => b.sentMs - a.sentMs);
  return { header, results: [...results.values()], clicks };
}

/** Of the first line. Throws ReplayFileError. */
export function parseHeader(text: string): ReplayHeader {
  const foreign = new ReplayFileError(
    'not-a-replay-file',
    `Expected a replay file, whose first line begins with {"kind":"${KIND}"}, got ${text.trim() === '' ? 'an empty line' : `"${text.trim().slice(0, 60)}"`}. Make one with Export, Replay file of this day.`,
  );
  let fields: Fields;
  try {
    fields = parseFields(text, 'line');
  } catch {
    throw foreign;
  }
  const { kind, version } = fields.value;
  if (kind !== KIND) throw foreign;
  if (typeof version === 'number' && version > VERSION) {
    throw new ReplayFileError(
      'newer-version',
      `Expected a replay file of version ${VERSION}, got one of version ${version}. A newer page has made it: open it there, or update this one.`,
    );
  }
  try {
    if (version !== VERSION) throw new FieldError('version', String(VERSION), version);
    const day = fields.text('day', 'a day such as 2021-01-24', (value) => parseUtcDate(value) !== null);
    return {
      day,
      windowSeconds: fields.whole('window_seconds', 1, MAX_WINDOW_SECONDS),
      idleSeconds: fields.whole('idle_seconds', 0, MAX_IDLE_SECONDS),
      currency: fields.text('currency', 'three letters such as USD', (value) => /^[A-Z]{3}$/.test(value)),
      exportedMs: fields.time('exported_at'),
      firstDataMs: fields.value.first_data === null ? null : fields.time('first_data'),
    };
  } catch (error) {
    throw damaged(1, error);
  }
}

function parseResultLine(fields: Fields, { day, windowSeconds }: ReplayHeader): ReplayedResult {
  const body = fields.text('body', 'the text of a window result');
  const object = {
    key: fields.text('key', "a result's key"),
    size: new TextEncoder().encode(body).length,
    lastModifiedMs: fields.time('last_modified'),
  };
  const part = parsePart(object, body, windowSeconds);
  const dayMs = parseUtcDate(day) ?? 0;
  if (part.window.startMs < dayMs || part.window.startMs >= dayMs + DAY_MS) {
    throw new FieldError('key', `one of a window that starts on ${day}`, object.key);
  }
  return { part, body };
}

function damaged(number: number, error: unknown): ReplayFileError {
  if (!(error instanceof FieldError) && !(error instanceof MalformedResultError)) throw error;
  return new ReplayFileError(
    'damaged-line',
    `Line ${number} of the replay file is damaged. ${error.message}. Export the day again, or mend that line.`,
    number,
  );
}
