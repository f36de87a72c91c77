import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OPERATIONS as kinesis } from '../../infra/local/kinesis/operations/operation-table.ts';
import { ROUTES } from '../../infra/local/lambda/api/route-table.ts';
import { OPERATIONS as logs } from '../../infra/local/logs/operation-table.ts';
import { BUCKET, OBJECT, SERVICE } from '../../infra/local/s3/operations/operation-table.ts';
import { ACTIONS } from '../../infra/local/sts.ts';

const docs = readFileSync(new URL('../../docs/local-runtime.md', import.meta.url), 'utf8');

/** The operations that a service's row of the table names. */
function documented(service: string): string[] {
  const row = docs.split('\n').find((line) => line.startsWith(`| ${service} |`));
  return row?.split(' | ')[1]?.split(', ') ?? [];
}

const s3 = [SERVICE, BUCKET, OBJECT].flatMap((table) => Object.values(table).flatMap(({ names }) => names));

test.each<[string, readonly string[]]>([
  ['Kinesis', Object.keys(kinesis)],
  ['Lambda', ROUTES.map(({ operation }) => operation)],
  ['S3', s3],
  ['CloudWatch Logs', [...logs.keys()]],
  ['STS', ACTIONS],
])('the documented operations of %s are those that it has', (service, served) => {
  expect(served.length).toBeGreaterThan(0);
  expect(documented(service)).toEqual([...served].sort());
});
