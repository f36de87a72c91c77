import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyAggregate, fold } from '../../lib/core/aggregate.ts';
import { amountOf } from '../../lib/core/cents.ts';
import { resultOf, type WindowResult } from '../../lib/core/window-result.ts';
import { windowsAnswer } from '../../lib/server/windows-answer.ts';
import { fieldsOf, synthesize, theResource } from '../infra/stacks/synthesized.ts';
import { type LocalBucket, openLocalBucket } from '../lib/server/local-bucket.ts';

const W = 120_000;
const DAY_MS = Date.UTC(2021, 0, 24);
const DAYS = ['2021-01-24', '2021-01-25'];
const NAMES = ['Lizardfolk', 'lizardfolk', 'Kobold', "O'Neil", 'größe "x"', '__proto__', 'start'];

const docs = readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8');
const queries = [...docs.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) => sql);

/** Two days and shards, with refunds, cents, windows of rejected records alone, and windows in parts. */
const results: WindowResult[] = [];
for (let index = 0; index < 40; index += 1) {
  const startMs = DAY_MS + index * 36 * W;
  for (const shardId of ['shardId-000000000000', 'shardId-000000000001', 'shardId-000000000001']) {
    const aggregate = emptyAggregate();
    const first = 1_000_000 + results.length * 1000;
    for (let n = 0; n < 1 + (index % 7) * 3; n += 1) {
      const custName = NAMES[(index + n) % NAMES.length] ?? '';
      const salesCents = (n % 5 === 4 ? -1 : 1) * (101 * n + index);
      const sale = { custName, custId: 1, salesCents, requestId: `click-${index}`, requestNumber: n + 1 };
      const read =
        index % 9 === 8 ? ({ ok: false, reason: 'not JSON' } as const) : ({ ok: true, sale } as const);
      fold(aggregate, String(first + n), read);
    }
    const result = resultOf(aggregate, { startMs, endMs: startMs + W }, shardId, false);
    if (result !== null) results.push(result);
  }
}

let local: LocalBucket;
let folder: string;
let run: (sql: string) => Promise<Record<string, unknown>[]>;
beforeAll(async () => {
  local = await openLocalBucket(DAY_MS + 5 * 86_400_000);
  for (const result of results) await local.putResult(result);
  await local.put(`revenue_sum/dt=2021_01_25/${DAY_MS + 86_400_000 + 10 * W + 500}.json`, '{"sales": 12.34}');

  // The objects as files, and the table as the template has it.
  folder = mkdtempSync(path.join(tmpdir(), 'athena-'));
  for (const { key } of (await local.reader.list('revenue_sum/')).objects) {
    const object = await local.reader.get(key, { maxBytes: 1_000_000 });
    mkdirSync(path.dirname(path.join(folder, key)), { recursive: true });
    if (typeof object !== 'string') writeFileSync(path.join(folder, key), object.text);
  }
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  run = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
  await run(
    `CREATE VIEW window_results AS SELECT * FROM read_json('${folder}/revenue_sum/*/*.json', columns = ${columns()}, hive_partitioning = true, hive_types_autocast = false)`,
  );
}, 60_000);
afterAll(async () => {
  await local.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Hive's types in DuckDB's words. */
function columns(): string {
  const table = fieldsOf(theResource(synthesize().analytics, 'AWS::Glue::Table').properties.TableInput);
  const list: unknown = fieldsOf(table.StorageDescriptor).Columns;
  if (!Array.isArray(list)) throw new Error('Expected columns.');
  const words = list.map((each) => {
    const { Name, Type } = fieldsOf(each);
    return `"${Name}": '${typeOf(String(Type))}'`;
  });
  return `{${words.join(', ')}}`;
}

function typeOf(hive: string): string {
  const [, of = '', inner = ''] = /^(map|struct)<(.*)>$/.exec(hive) ?? [];
  if (of === 'map') return `MAP(VARCHAR, ${typeOf(inner.replace(/^string,/, ''))})`;
  if (of === 'struct') {
    const fields = inner.split(/,(?![^(]*\))/).map((field) => {
      const [name = '', type = ''] = field.split(':');
      return `"${name}" ${typeOf(type)}`;
    });
    return `STRUCT(${fields.join(', ')})`;
  }
  return hive === 'string' ? 'VARCHAR' : hive.toUpperCase();
}

const ask = (query: string) => {
  const { store } = local.dashboard;
  const fresh = async () => void (await store.refreshLive());
  return windowsAnswer(store, { fresh }, new URLSearchParams(query));
};

test('each day sells in Athena what the page says', async () => {
  const totals = await Promise.all(DAYS.map(async (day) => (await ask(`day=${day}&range=day`)).dayTotal));
  expect((await run(queries[0] ?? '')).map(numbers)).toEqual(
    DAYS.map((day, index) => ({
      dt: day.replaceAll('-', '_'),
      sales: amountOf(totals[index]?.salesCents ?? Number.NaN),
      // An original result does not say how many: what SQL adds up is of the others.
      records: results.filter(isOf(day)).reduce((sum, { recordCount }) => sum + recordCount, 0),
      rejected: totals[index]?.rejected,
    })),
  );
});

test('the best windows are those of the page, all parts and shards together', async () => {
  const to = DAY_MS + 2 * 86_400_000;
  const slots = (
    await Promise.all(
      results.map(({ window }) =>
        ask(`day=2021-01-24&range=${window.startMs}-${Math.min(to, window.endMs)}`),
      ),
    )
  ).flatMap((answer) => answer.slots);
  const best = new Map(
    slots.map(({ startMs, salesCents, recordCount }) => [
      new Date(startMs).toISOString().replace('.000', ''),
      { sales: amountOf(salesCents ?? 0), records: recordCount },
    ]),
  );
  const found = (await run(queries[1] ?? '')).map(numbers);
  expect(found).toHaveLength(10);
  for (const { window_start, ...sums } of found) expect(sums).toEqual(best.get(String(window_start)));
  const sales = [...best.values()].map((each) => each.sales).sort((a, b) => b - a);
  expect(found.map((each) => each.sales)).toEqual(sales.slice(0, 10));
});

test('the best customers have their names and their cents', async () => {
  const sums = new Map<string, { sales: number; records: number }>();
  for (const { name, salesCents, recordCount } of results.flatMap(({ customers }) => customers ?? [])) {
    const known = sums.get(name) ?? { sales: 0, records: 0 };
    sums.set(name, { sales: known.sales + salesCents, records: known.records + recordCount });
  }
  const found = (await run(queries[2] ?? '')).map(numbers);
  expect(found).toEqual(
    Array.from(sums, ([customer, { sales, records }]) => ({
      customer,
      sales: amountOf(sales),
      records,
    })).sort((a, b) => b.sales - a.sales || (a.customer < b.customer ? -1 : 1)),
  );
});

const isOf =
  (day: string) =>
  ({ window }: WindowResult) =>
    new Date(window.startMs).toISOString().startsWith(day);

/** What DuckDB says of large numbers and decimals it says in text. */
function numbers(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      ['sales', 'records', 'rejected'].includes(name) ? Number(value) : value,
    ]),
  );
}
