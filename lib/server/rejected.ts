import 'server-only';
import { z } from 'zod';
import type { RejectedAnswer } from '../contract/answers.ts';
import { REJECTED_PREFIX } from '../core/object-key.ts';
import { parseUtcDay } from '../core/window.ts';
import { badRequest } from './problem.ts';
import { eachOf, type ListedObject, type ObjectReader } from './window-store/object-reader.ts';

const MAX_RECORDS = 50;
const MAX_PREVIEW_CHARACTERS = 200;
/** 1,000 keys each: of a day with more, the newest of these are shown. */
const MAX_PAGES = 10;
const AT_ONCE = 16;
/** A record of 1 MiB has 1.4 MB in base64. */
const MAX_BYTES = 2 * 1024 * 1024;

const body = z.object({
  reason: z.string(),
  arrival_time: z.iso.datetime(),
  shard_id: z.string(),
  sequence_number: z.string(),
  data: z.string(),
});

/** `GET /api/rejected?day=YYYY-MM-DD`. Throws ProblemError. */
export async function rejectedAnswer(reader: ObjectReader, day: string): Promise<RejectedAnswer> {
  const partition = day.replaceAll('-', '_');
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || parseUtcDay(partition) === null) {
    throw badRequest(`Expected \`day\` to be a day such as 2021-01-24, got "${day.slice(0, 80)}".`);
  }
  const { objects } = await reader.list(`${REJECTED_PREFIX}dt=${partition}/`, { pages: MAX_PAGES });
  const newest = [...objects].sort((a, b) => b.lastModifiedMs - a.lastModifiedMs).slice(0, MAX_RECORDS);
  const records: RejectedAnswer['records'][number][] = [];
  await eachOf(newest, AT_ONCE, async (object) => {
    const read =
      object.size > MAX_BYTES ? 'too-large' : await reader.get(object.key, { maxBytes: MAX_BYTES });
    if (read === 'gone' || read === 'same') return;
    const record = read === 'too-large' ? tooLarge(object) : parse(object.key, read.text);
    if (record !== null) records.push(record);
  });
  records.sort((a, b) => b.arrivalMs - a.arrivalMs || (a.key < b.key ? -1 : 1));
  return { records };
}

/** What is not read is not hidden: its key says where in the stream it was. */
function tooLarge({ key, size, lastModifiedMs }: ListedObject): RejectedAnswer['records'][number] {
  const [, shardId = '', sequenceNumber = ''] = /([^/]+)_(\d+)\.json$/.exec(key) ?? [];
  const reason = `expected an object of at most ${MAX_BYTES} bytes to show, got one of ${size}`;
  return { key, reason, arrivalMs: lastModifiedMs, shardId, sequenceNumber, preview: '' };
}

/** Null for an object that somebody else put there. */
function parse(key: string, text: string): RejectedAnswer['records'][number] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = body.safeParse(value);
  if (!parsed.success) return null;
  const { reason, arrival_time, shard_id, sequence_number, data } = parsed.data;
  return {
    key,
    reason,
    arrivalMs: Date.parse(arrival_time),
    shardId: shard_id,
    sequenceNumber: sequence_number,
    preview: preview(data),
  };
}

/** Four base64 characters hold three bytes, and a character of UTF-8 has at most four: enough is decoded, not all. */
function preview(base64: string): string {
  const enough = base64.slice(0, Math.ceil((MAX_PREVIEW_CHARACTERS * 4) / 3) * 4);
  const text = Buffer.from(enough, 'base64').toString('utf8');
  const isWhole = enough.length === base64.length && text.length <= MAX_PREVIEW_CHARACTERS;
  return isWhole ? text : `${text.slice(0, MAX_PREVIEW_CHARACTERS)}…`;
}
