import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readLocalSettings } from '../../infra/local/local-settings.ts';
import { openRuntime, type Runtime } from '../../infra/local/runtime.ts';
import { Random } from '../../infra/local/testing/random.ts';
import { resultKey } from '../../lib/core/object-key.ts';
import { serializeResult } from '../../lib/core/window-result.ts';
import { result } from '../lib/server/local-bucket.ts';
import { heapBytes } from './heap.ts';
import { type Samples, spoiltJson, spoiltText } from './spoilt.ts';

/** Each reads the bucket: more of them where somebody asks for it. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 2000);
const AT_ONCE = 20;
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const MOST_GROWTH_BYTES = 48 * 1024 * 1024;
/** 24 January 2021, 15:56 UTC */
const T = 1_611_503_760_000;
const KEY = resultKey(result(T, 'shard', 1, [100]));
const root = path.resolve(import.meta.dirname, '../..');

type Handler = (request: Request) => Promise<Response>;
interface Asked {
  readonly route: string;
  readonly query?: string;
  /** What is posted; nothing is got. */
  readonly body?: object;
}

const ASKED: Samples<Asked> = [
  { route: 'windows', query: 'day=today&range=1h&shift=0&with=customers,quantiles' },
  { route: 'windows', query: `day=2021-01-24&range=${T}-${T + 3_600_000}&shift=1` },
  { route: 'customers', query: 'day=2021-01-24&range=day' },
  { route: 'days' },
  { route: 'explain', query: `start=${T}` },
  { route: 'health', query: 'deep=0' },
  { route: 'metrics' },
  { route: 'objects', query: `key=${KEY}` },
  { route: 'records', query: 'after=1-2-3' },
  { route: 'rejected', query: 'day=2021-01-24' },
  { route: 'replay', query: 'day=2021-01-24' },
  { route: 'traces', query: 'ids=click-1,b&since=0' },
  { route: 'runtime' },
  { route: 'runtime', body: { action: 'nothing' } },
  { route: 'sales', body: { record_count: 1 } },
  { route: 'sign-in', body: { password: 'p' } },
];

let dataDir: string;
let runtime: Runtime;
const handlers = new Map<string, Handler>();
beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'fuzz-'));
  runtime = await openRuntime(readLocalSettings({ LOCAL_AWS_PORT: '0', LOCAL_DATA_DIR: dataDir }, root));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: runtime.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    BUCKET_NAME: 'tumbling-window-results',
  });
  const put = { method: 'PUT', body: serializeResult(result(T, 'shard', 1, [100])) };
  expect((await fetch(`${runtime.url}/tumbling-window-results/${KEY}`, put)).status).toBe(200);
  for (const { route, body } of ASKED) {
    const url = pathToFileURL(path.join(root, 'app/api', route, 'route.ts')).href;
    const module: Readonly<Record<string, Handler>> = await import(url);
    const method = body === undefined ? 'GET' : 'POST';
    const handler = module[method];
    if (handler !== undefined) handlers.set(`${method} ${route}`, handler);
  }
});
afterAll(async () => {
  await runtime.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test(`the page's API: ${INPUTS} questions are answered or refused: no hang, no 5xx, no growth`, async () => {
  const random = new Random(SEED);
  const seen = new Set<number>();
  let middle = 0;
  for (let n = 0; n < INPUTS; n += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, index) => {
        const { route, query = '', body } = random.pick(ASKED);
        const method = body === undefined ? 'GET' : 'POST';
        const search = random.chance(0.2) ? query : spoiltText(random, [query]);
        const request = new Request(`http://localhost:3000/api/${route}?${search}`, {
          method,
          headers: { host: 'localhost:3000', 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: spoiltJson(random, [body]) }),
        });
        const response = await handlers.get(`${method} ${route}`)?.(request);
        const text = await response?.text();
        const said = `seed ${SEED}, input ${n + index}: ${method} ${route}?${search} ${text?.slice(0, 300)}`;
        expect(response?.status ?? 500, said).toBeLessThan(500);
        seen.add(response?.status ?? 0);
      }),
    );
    if (n === INPUTS / 2) middle = heapBytes();
  }
  expect(heapBytes() - middle).toBeLessThan(MOST_GROWTH_BYTES);
  for (const status of [200, 303, 400, 404, 413]) expect(seen).toContain(status);
}, 120_000);
