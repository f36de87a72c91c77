import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

const api = fileURLToPath(new URL('../../app/api/', import.meta.url));
/** Where people sign in and out. */
const OPEN = ['sign-in', 'sign-out'];
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

type Handlers = Partial<Record<(typeof METHODS)[number], (request: Request) => Promise<Response>>>;

beforeAll(() => {
  Object.assign(process.env, { BUCKET_NAME: 'a-bucket', DASHBOARD_PASSWORD: 'a password' });
});

const routes = readdirSync(api).filter((name) => !OPEN.includes(name));

async function* requestsOf(route: string) {
  const handlers: Handlers = await import(pathToFileURL(path.join(api, route, 'route.ts')).href);
  for (const method of METHODS) {
    const handler = handlers[method];
    if (handler === undefined) continue;
    const init = {
      method,
      headers: { host: 'localhost:3000', 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body: '{}' }),
    };
    yield handler(new Request(`http://localhost:3000/api/${route}`, init));
  }
}

test.each(routes)('whoever has not signed in learns nothing from /api/%s', async (route) => {
  let asked = 0;
  for await (const response of requestsOf(route)) {
    asked += 1;
    if (route === 'health') {
      expect(Object.keys(await response.json())).toEqual(['status']);
      continue;
    }
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ problem: { kind: 'not-signed-in' } });
  }
  expect(asked).toBeGreaterThan(0);
});
