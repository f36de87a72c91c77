import 'server-only';
import type { RejectedAnswer } from '../contract/answers.ts';
import { excerptOfText } from '../core/excerpt.ts';
import { REJECTED_PREFIX } from '../core/object-key.ts';
import { parseRejected } from '../core/rejected-records.ts';
import { parseUtcDate, utcDay } from '../core/window.ts';
import { badRequest } from './problem.ts';
import { eachOf, type ListedObject, type ObjectReader } from './window-store/object-reader.ts';

const MAX_RECORDS = 50;
const MAX_PREVIEW_CHARACTERS = 200;
const MAX_REASON_CHARACTERS = 300;
/** 1,000 keys each: of a day with more, the newest of these are shown. */
const MAX_PAGES = 10;
/** Objects; each may have hundreds of records, so that more are read only where these do not suffice. */
const AT_ONCE = 8;
/** A record of 1 MiB has 1.4 MB in base64. */
const MAX_BYTES = 2 * 1024 * 1024;

/** `GET /api/rejected?day=YYYY-MM-DD`. Throws ProblemError. */
export async function rejectedAnswer(reader: ObjectReader, day: string): Promise<RejectedAnswer> {
  const dayMs = parseUtcDate(day);
  if (dayMs === null) {
    throw badRequest(`Expected \`day\` to be a day such as 2021-01-24, got "${day.slice(0, 80)}".`);
  }
  const { objects } = await reader.list(`${REJECTED_PREFIX}dt=${utcDay(dayMs)}/`, { pages: MAX_PAGES });
  const newest = [...objects].sort((a, b) => b.lastModifiedMs - a.lastModifiedMs).slice(0, MAX_RECORDS);
  /** By place in the stream: a batch that came again, cut otherwise, is told in other objects, too. */
  const found = new Map<string, Shown>();
  for (let at = 0; at < newest.length && found.size < MAX_RECORDS; at += AT_ONCE) {
    await eachOf(newest.slice(at, at + AT_ONCE), AT_ONCE, async (object) => {
      const read =
        object.size > MAX_BYTES ? 'too-large' : await reader.get(object.key, { maxBytes: MAX_BYTES });
      if (read === 'gone' || read === 'same') return;
      const shown = read === 'too-large' ? [tooLarge(object)] : shownOf(object.key, read.text);
      for (const each of shown) found.set(`${each.shardId} ${each.sequenceNumber}`, each);
    });
  }
  const records = [...found.values()];
  records.sort((a, b) => b.arrivalMs - a.arrivalMs || (a.sequenceNumber < b.sequenceNumber ? -1 : 1));
  const isWhole = objects.length <= MAX_RECORDS && records.length < MAX_RECORDS;
  return { records: records.slice(0, MAX_RECORDS), isWhole };
}

type Shown = RejectedAnswer['records'][number];

/** What is not read is not hidden: its key says where in the stream it was. */
function tooLarge({ key, size, lastModifiedMs }: ListedObject): Shown {
  const [, shardId = '', sequenceNumber = ''] = /([^/]+)_(\d+)\.json$/.exec(key) ?? [];
  const reason = `expected an object of at most ${MAX_BYTES} bytes to show, got one of ${size}`;
  return { key, reason, arrivalMs: lastModifiedMs, shardId, sequenceNumber, preview: '' };
}

/** None of an object that somebody else put there. */
function shownOf(key: string, text: string): Shown[] {
  const parsed = parseRejected(text);
  if (parsed === null) return [];
  const { shardId, records } = parsed;
  return records.slice(-MAX_RECORDS).map(({ reason, arrivalMs, sequenceNumber, data }) => ({
    key,
    reason: excerptOfText(reason, MAX_REASON_CHARACTERS),
    arrivalMs,
    shardId,
    sequenceNumber,
    preview: preview(data),
  }));
}

/** Four base64 characters hold three bytes, and a character of UTF-8 has at most four: enough is decoded, not all. */
function preview(base64: string): string {
  const enough = base64.slice(0, Math.ceil((MAX_PREVIEW_CHARACTERS * 4) / 3) * 4);
  const text = Buffer.from(enough, 'base64').toString('utf8');
  const isWhole = enough.length === base64.length && text.length <= MAX_PREVIEW_CHARACTERS;
  return isWhole ? text : `${text.slice(0, MAX_PREVIEW_CHARACTERS)}…`;
}
