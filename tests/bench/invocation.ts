import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { functionOf, openPool } from '../infra/local/lambda/local-lambda.ts';
import { median, type Row } from './row.ts';

const INVOCATIONS = 1000;
const MOST_MS = 3;

/**
 * What it costs that a handler runs in a process of its own, behind Lambda's Runtime API, against one in a worker: both
 * answer the same small event at once, in turns.
 */
export async function bench(): Promise<readonly Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-invocation-'));
  await writeFile(path.join(folder, 'echo.mjs'), 'export const handler = async (event) => event;\n');
  await writeFile(path.join(folder, 'echo.py'), 'def handler(event, context):\n    return event\n');
  const { pool, close } = await openPool(
    ['echo.mjs', 'echo.py'].map((file) =>
      functionOf(file.replace('.', '-'), { handlerFile: path.join(folder, file), handlerExport: 'handler' }),
    ),
  );
  try {
    const timed = async (name: string) => {
      const startedMs = performance.now();
      const outcome = await pool.invoke(name, '{"letter":"a"}');
      if (outcome.kind !== 'success')
        throw new Error(`Expected ${name} to answer, got ${JSON.stringify(outcome)}`);
      return performance.now() - startedMs;
    };
    const worker: number[] = [];
    const api: number[] = [];
    for (let count = 0; count < INVOCATIONS; count += 1) {
      worker.push(await timed('echo-mjs'));
      api.push(await timed('echo-py'));
    }
    const [workerMs, apiMs] = [median(worker), median(api)];
    return [
      {
        name: 'an invocation through the Runtime API, above one in a worker',
        value: apiMs - workerMs,
        unit: 'ms',
        bound: `at most ${MOST_MS}`,
        ok: apiMs - workerMs <= MOST_MS,
        note: `${apiMs.toFixed(2)} ms in Python against ${workerMs.toFixed(2)} ms in a worker, medians of ${INVOCATIONS} in turns`,
      },
    ];
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
}
