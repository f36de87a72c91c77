import http from 'node:http';
import { AmountSketch } from '../../../lib/core/amount-sketch.ts';
import { type IndexedResult, serializeDayIndex } from '../../../lib/core/day-index.ts';
import { parseResultKey, partitionPrefix, resultKey } from '../../../lib/core/object-key.ts';
import { parseUtcDay, utcDay, windowTime } from '../../../lib/core/window.ts';
import { serializeResult, type WindowResult } from '../../../lib/core/window-result.ts';

/**
 * A bucket of as many days as one likes, that are made when they are asked for: `GET` and `ListObjectsV2` as S3 answers them,
 * each 30 ms late. A process of its own, so that it takes no time from whoever is measured. Prints its port.
 */
export interface VirtualBucket {
  /** Days that are over, before the one of `nowMs`. */
  readonly days: number;
  readonly shards: number;
  readonly hasIndex: boolean;
  readonly nowMs: number;
  /** Parts beside the others in one window of today. */
  readonly parts: number;
  /** Objects of today that are no results. */
  readonly malformed: number;
}

const W = 120_000;
const DAY_MS = 86_400_000;
const LATE_MS = 30;
const PAGE = 1000;

const bucket: VirtualBucket = JSON.parse(process.argv[2] ?? '{}');

/** What a window of a busy shop has: its names, and amounts that differ from window to window. */
const NAMES = ['Dwarf', 'Elf', 'Gnome', 'Goblin', 'Halfling', 'Human', 'Kobold', 'Lizardfolk', 'Orc'];
const SALES = 90;
const SKETCHES = Array.from({ length: 16 }, (_, seed) => {
  const sketch = new AmountSketch();
  for (let sale = 0; sale < SALES; sale += 1) sketch.add(100 + ((sale * 7919 + seed * 104_729) % 50_000));
  return sketch.serialize();
});

function resultAt(startMs: number, shardId: string, first: number): WindowResult {
  const salesCents = 90_000 + ((startMs / W) % 1000);
  const customers = NAMES.map((name, place) => ({
    name,
    recordCount: SALES / NAMES.length,
    salesCents: Math.floor(salesCents / 10) + place,
  }));
  return {
    window: { startMs, endMs: startMs + W },
    shardId,
    firstSequenceNumber: `4960000000000000000000000000000000000000000000${String(first).padStart(10, '0')}`,
    lastSequenceNumber: `4960000000000000000000000000000000000000000000${String(first + 1).padStart(10, '0')}`,
    recordCount: SALES,
    salesCents,
    minCents: 0,
    maxCents: salesCents,
    rejected: 0,
    repeated: 0,
    requests: [{ requestId: `click-${first}`, recordCount: SALES, salesCents }],
    customers,
    amounts: SKETCHES[first % SKETCHES.length] ?? null,
    terminatedEarly: false,
  };
}

const etagOf = (key: string) => `"${Buffer.from(key).toString('hex').slice(-32)}"`;

const known = new Map<string, Map<string, WindowResult | null>>();
/** The objects of a day by key, in the order of keys; null for one that is no result. */
function objectsOf(day: string): Map<string, WindowResult | null> {
  const kept = known.get(day);
  if (kept !== undefined) return kept;
  const dayMs = parseUtcDay(day) ?? 0;
  const results: WindowResult[] = [];
  const untilMs = Math.min(dayMs + DAY_MS, bucket.nowMs - W - 5000);
  for (let at = dayMs; at < untilMs; at += W) {
    for (let shard = 0; shard < bucket.shards; shard += 1) {
      results.push(resultAt(at, `shardId-00000000000${shard}`, (at / W) % 1e9));
    }
  }
  const isToday = day === utcDay(bucket.nowMs);
  for (let part = 0; isToday && part < bucket.parts; part += 1) {
    results.push(resultAt(dayMs, 'shardId-000000000009', 1_000_000 + part));
  }
  const entries: [string, WindowResult | null][] = results.map((each) => [resultKey(each), each]);
  for (let index = 0; isToday && index < bucket.malformed; index += 1) {
    const key = resultKey(resultAt(dayMs + W, 'shardId-000000000008', 2_000_000 + index));
    entries.push([key, null]);
  }
  const made = new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  known.set(day, made);
  return made;
}

const dayNames = () =>
  Array.from({ length: bucket.days + 1 }, (_, ago) => utcDay(bucket.nowMs - (bucket.days - ago) * DAY_MS));

const entries = new Map<string, readonly (readonly [key: string, xml: string])[]>();
/** A day's objects as S3 writes them in a listing. */
function entriesOf(day: string): readonly (readonly [key: string, xml: string])[] {
  const kept = entries.get(day);
  if (kept !== undefined) return kept;
  const made = Array.from(objectsOf(day).keys(), (key) => {
    const written = windowTime((parseResultKey(key)?.kind === 'result' ? Number(key.slice(26, 39)) : 0) + W);
    const etag = `&quot;${etagOf(key).slice(1, -1)}&quot;`;
    const xml = `<Contents><Key>${key}</Key><LastModified>${written}</LastModified><ETag>${etag}</ETag><Size>400</Size></Contents>`;
    return [key, xml] as const;
  });
  entries.set(day, made);
  return made;
}

function list(query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? '';
  const day = /dt=(\d{4}_\d\d_\d\d)\//.exec(prefix)?.[1];
  if (day === undefined) {
    const prefixes = prefix === 'revenue_sum/' ? dayNames().map(partitionPrefix) : [];
    const common = prefixes.map((each) => `<CommonPrefixes><Prefix>${each}</Prefix></CommonPrefixes>`);
    return `<ListBucketResult><IsTruncated>false</IsTruncated>${common.join('')}</ListBucketResult>`;
  }
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const rest = entriesOf(day).filter(([key]) => key > after);
  const page = rest.slice(0, PAGE);
  const isTruncated = rest.length > PAGE;
  const contents = page.map(([, xml]) => xml);
  const next = isTruncated ? `<NextContinuationToken>${page.at(-1)?.[0]}</NextContinuationToken>` : '';
  return `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
}

const indexes = new Map<string, string>();
function indexText(day: string, shardId: string): string {
  const name = `${day} ${shardId}`;
  const kept = indexes.get(name);
  if (kept !== undefined) return kept;
  const rows = [...objectsOf(day)].flatMap(([key, result]): IndexedResult[] => {
    if (result?.shardId !== shardId) return [];
    const { requests: _, ...rest } = result;
    return [{ key, etag: etagOf(key), result: rest }];
  });
  const text = serializeDayIndex({ day, shardId, rows });
  indexes.set(name, text);
  return text;
}

function object(key: string): string | null {
  const [, day, shardId] = /^revenue_day\/dt=(\d{4}_\d\d_\d\d)\/(.+)\.json$/.exec(key) ?? [];
  if (day !== undefined && shardId !== undefined) return bucket.hasIndex ? indexText(day, shardId) : null;
  const partition = /dt=(\d{4}_\d\d_\d\d)\//.exec(key)?.[1];
  const result = partition === undefined ? undefined : objectsOf(partition).get(key);
  return result === undefined ? null : result === null ? 'no result' : serializeResult(result);
}

// What is there is made beforehand: the bench measures who reads, not who makes it.
for (const day of dayNames()) {
  entriesOf(day);
  for (let shard = 0; bucket.hasIndex && shard < bucket.shards; shard += 1) {
    indexText(day, `shardId-00000000000${shard}`);
  }
}

const server = http.createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bucket');
  const isListing = searchParams.has('list-type');
  const key = decodeURIComponent(pathname.split('/').slice(2).join('/'));
  const text = isListing ? list(searchParams) : object(key);
  setTimeout(() => {
    if (text === null) {
      response.writeHead(404, { 'content-type': 'application/xml' });
      response.end('<Error><Code>NoSuchKey</Code><Message>none</Message></Error>');
      return;
    }
    response.writeHead(200, {
      'content-type': isListing ? 'application/xml' : 'application/json',
      'last-modified': new Date(bucket.nowMs).toUTCString(),
      ...(isListing ? {} : { etag: etagOf(key) }),
    });
    response.end(text);
  }, LATE_MS);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(address.port);
});
