import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SOURCE = fileURLToPath(new URL('./node-runtime.ts', import.meta.url));

/**
 * The workers' own code as JavaScript. Workers start with plain Node, without the loader that runs this TypeScript:
 * they start in 15 ms instead of 150.
 */
export async function workerRuntimeFile(cacheDir: string): Promise<URL> {
  const text = await readFile(SOURCE, 'utf8');
  const file = join(cacheDir, `runtime-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.mjs`);
  if (!existsSync(file)) {
    const { transform } = await import('esbuild');
    const { code } = await transform(text, { loader: 'ts', format: 'esm', target: 'node20' });
    await mkdir(cacheDir, { recursive: true });
    // Each function asks for it on its own, at the same time.
    const partial = `${file}.${randomUUID()}.partial`;
    await writeFile(partial, code);
    await rename(partial, file);
  }
  return pathToFileURL(file);
}
