import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Row } from './row.ts';
import type { Asked, Refreshed } from './scale/scale-reader.ts';
import type { VirtualBucket } from './scale/virtual-bucket.ts';

const folder = fileURLToPath(new URL('./scale/', import.meta.url));
/** Noon, UTC: today has as many windows before as behind it. */
const NOW_MS = Date.UTC(2026, 5, 15, 12, 0, 7);
const PLAIN: VirtualBucket = { days: 1, shards: 1, hasIndex: true, nowMs: NOW_MS, parts: 0, malformed: 0 };

/** What a page's server takes for history: days that it has never read, in S3 with 30 ms for each request. */
export async function bench(): Promise<readonly Row[]> {
  const day = 'day=2026-06-14&range=day';
  const rows: Row[] = [];
  const [cold, again] = await askOf({}, [day, day]);
  rows.push(
    below('a cold day, 1 shard, with its index', cold?.wholeMs, 500, 'ms'),
    below('… its requests for S3, those of today among them', cold?.requests, 8, 'requests'),
    below('the same again', again?.wholeMs, 30, 'ms'),
  );
  const [without] = await askOf({ hasIndex: false }, [day]);
  rows.push(below('a cold day, 1 shard, without any index', without?.wholeMs, 2000, 'ms'));
  const [first] = await askOf({ shards: 4 }, ['']);
  rows.push(below('first view of today after a start, 4 shards, busy day before', first?.firstMs, 600, 'ms'));
  const [week] = await askOf({ days: 7, shards: 4 }, ['range=7d']);
  rows.push(
    below('cold 7 days, 4 shards', week?.wholeMs, 1000, 'ms'),
    below('… its requests for S3', week?.requests, 60, 'requests'),
  );
  const [month, monthAgain, part] = await askOf({ days: 31, shards: 4 }, [
    'range=30d',
    'range=30d',
    'range=7d',
  ]);
  rows.push(
    below('cold 30 days, 4 shards (89,280 results)', month?.wholeMs, 3000, 'ms'),
    below('… its requests for S3', month?.requests, 250, 'requests'),
    below('… its memory', month?.rssMb, 250, 'MB'),
    below('the same again', monthAgain?.wholeMs, 30, 'ms'),
    below('another range of it', part?.wholeMs, 30, 'ms'),
  );
  const [year, yearAgain] = await askOf({ days: 365 }, ['range=1y', 'range=1y']);
  rows.push(
    below('a cold year, 1 shard', year?.wholeMs, 4000, 'ms'),
    below('the same again', yearAgain?.wholeMs, 30, 'ms'),
  );
  const [parts] = await askOf({ parts: 10_000, hasIndex: false }, ['range=day']);
  rows.push(below('first answer with 10,000 parts in one window', parts?.firstMs, 5000, 'ms'));
  const [malformed] = await askOf({ malformed: 20_000 }, ['range=day']);
  rows.push(below('first answer with 20,000 objects that are no results', malformed?.firstMs, 5000, 'ms'));
  return [...rows, ...(await growth())];
}

/** A refresh with days in memory: what is new is the same, however much has been. */
async function growth(): Promise<readonly Row[]> {
  const costs: Refreshed[] = [];
  for (const days of [3, 30, 300]) {
    const answers = await outputOf({ days }, ['range=1y', 'refresh']);
    const cost: Refreshed = JSON.parse(answers[1] ?? '{}');
    costs.push(cost);
  }
  const note = costs.map(
    ({ cpuMs, requests }) => `${cpuMs.toFixed(2)} ms and ${requests.toFixed(2)} requests`,
  );
  const [least, , most] = costs;
  const of = (part: keyof Refreshed) => (least && most ? most[part] / least[part] : Number.NaN);
  return [
    {
      ...below("a refresh's CPU with 300 days in memory, against 3", of('cpuMs'), 1.2, '×'),
      note: `with 3, 30 and 300: ${note.join(', ')}`,
    },
    below("… a refresh's requests", of('requests'), 1.2, '×'),
  ];
}

function below(name: string, value: number | undefined, most: number, unit: string): Row {
  const bound = `at most ${most}`;
  if (value === undefined) return { name, value: Number.NaN, unit, bound, ok: false, note: 'no answer' };
  return { name, value, unit, bound, ok: value <= most, note: '' };
}

async function askOf(bucket: Partial<VirtualBucket>, questions: readonly string[]): Promise<Asked[]> {
  return (await outputOf(bucket, questions)).map((line): Asked => JSON.parse(line));
}

/** What a page's server that has just started says of each question, of a bucket of its own. */
async function outputOf(bucket: Partial<VirtualBucket>, questions: readonly string[]): Promise<string[]> {
  const s3 = start('virtual-bucket.ts', [JSON.stringify({ ...PLAIN, ...bucket })]);
  try {
    const port = await firstLine(s3);
    const reader = start('scale-reader.ts', [`http://127.0.0.1:${port}`, String(NOW_MS), ...questions]);
    const lines: string[] = [];
    createInterface({ input: reader.stdout ?? process.stdin }).on('line', (line) => lines.push(line));
    await once(reader, 'close');
    return lines;
  } finally {
    s3.kill();
  }
}

function start(file: string, args: readonly string[]): ChildProcess {
  const flags = ['--conditions=react-server', '--import', 'tsx', `${folder}${file}`, ...args];
  return spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout ?? process.stdin })) return line;
  throw new Error('Expected a port, got none');
}
