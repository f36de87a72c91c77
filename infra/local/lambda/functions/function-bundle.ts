import { createHash, randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BuildFailure, BuildOptions } from 'esbuild';
import { LAMBDA_PLUGINS } from './bundle-plugins.ts';
import type { Code, CodeSource } from './code.ts';

/** What a bundle was built from: a file's name, and what tells that it changed. */
interface Input {
  readonly file: string;
  readonly mtimeMs: number;
  readonly size: number;
}

interface Manifest extends Code {
  readonly inputs: readonly Input[];
}

/** The source does not bundle; the message is esbuild's, with file and line. */
export class BundleError extends Error {
  override readonly name = 'BundleError';

  constructor(
    message: string,
    /** As Lambda names such a failure. */
    readonly errorType = 'Runtime.UserCodeSyntaxError',
  ) {
    super(message);
  }
}

/** Changed whenever bundles of an earlier version must not be used again. */
const LAYOUT = 4;

function inputAt(file: string): Input {
  const stats = statSync(file, { throwIfNoEntry: false });
  return { file, mtimeMs: stats?.mtimeMs ?? 0, size: stats?.size ?? -1 };
}

const unchanged = (input: Input) => {
  const now = inputAt(input.file);
  return now.mtimeMs === input.mtimeMs && now.size === input.size;
};

/** The cache may be cleared away at any time, by a new installation too. */
const isThere = ({ url }: Code) => existsSync(fileURLToPath(url));

/** Installed packages change with an installation, not with a keystroke: they are checked at the start only. */
const ownSource = (input: Input) => !input.file.includes(`${sep}node_modules${sep}`);

/**
 * Bundles one entry file with all it imports, the AWS SDK included, so that what runs here is what would be deployed.
 * The result is kept in the cache folder, and built again when one of its inputs changed.
 */
export class SourceBundle implements CodeSource {
  readonly #entry: string;
  readonly #cacheDir: string;
  readonly #file: string;
  #manifest: Manifest | null = null;
  #checkedMs = Number.NEGATIVE_INFINITY;
  #build: Promise<Code> | null = null;

  constructor(entry: string, cacheDir: string, name: string) {
    this.#entry = entry;
    this.#cacheDir = cacheDir;
    const key = createHash('sha256')
      .update(`${LAYOUT} ${process.versions.node} ${entry}`)
      .digest('hex')
      .slice(0, 12);
    this.#file = join(cacheDir, `${name}-${key}`);
  }

  async current(nowMs: number): Promise<Code> {
    if (this.#build !== null) return this.#build;
    if (this.#manifest !== null) {
      if (Math.abs(nowMs - this.#checkedMs) < 1_000) return this.#manifest;
      this.#checkedMs = nowMs;
      if (isThere(this.#manifest) && this.#manifest.inputs.filter(ownSource).every(unchanged)) {
        return this.#manifest;
      }
    }
    this.#checkedMs = nowMs;
    this.#build = this.#load().finally(() => {
      this.#build = null;
    });
    return this.#build;
  }

  async #load(): Promise<Code> {
    const stored = this.#manifest === null ? await this.#stored() : null;
    this.#manifest = null;
    this.#manifest = stored ?? (await this.#bundle());
    return this.#manifest;
  }

  /** What an earlier run left in the cache, if it is still the truth. A damaged file counts as none. */
  async #stored(): Promise<Manifest | null> {
    try {
      const manifest: Manifest = JSON.parse(await readFile(`${this.#file}.json`, 'utf8'));
      return isThere(manifest) && manifest.inputs.every(unchanged) ? manifest : null;
    } catch {
      return null;
    }
  }

  async #bundle(): Promise<Manifest> {
    if (!existsSync(this.#entry)) {
      const module = basename(this.#entry).replace(/\.[^.]+$/, '');
      throw new BundleError(`Error: Cannot find module '${module}'`, 'Runtime.ImportModuleError');
    }
    const { build } = await import('esbuild');
    // Stated before the build: a file that is saved in the meantime must count as changed.
    const startedMs = Date.now();
    const result = await build(buildOptions(this.#entry)).catch((failure: BuildFailure) => {
      throw new BundleError(bundleMessage(failure));
    });
    const inputs = Object.keys(result.metafile?.inputs ?? {})
      .map((file) => inputAt(resolve(file)))
      .map((input) => (input.mtimeMs >= startedMs ? { ...input, mtimeMs: -1 } : input));
    const code = result.outputFiles?.find((file) => file.path.endsWith('.js'));
    const map = result.outputFiles?.find((file) => file.path.endsWith('.map'));
    if (code === undefined || map === undefined) throw new BundleError(`${this.#entry} gave no output`);
    const digest = createHash('sha256').update(code.contents).digest();
    // A new name for new code: a module is loaded once per URL, and a worker that still starts keeps its file.
    const file = `${this.#file}-${digest.toString('hex').slice(0, 12)}.mjs`;
    await mkdir(this.#cacheDir, { recursive: true });
    await writeWhole(`${file}.map`, map.contents);
    await writeWhole(file, `${code.text}\n//# sourceMappingURL=${basename(file)}.map\n`);
    const manifest: Manifest = {
      url: pathToFileURL(file).href,
      codeSha256: digest.toString('base64'),
      codeSize: code.contents.byteLength,
      builtMs: startedMs,
      inputs,
    };
    await writeWhole(`${this.#file}.json`, JSON.stringify(manifest));
    return manifest;
  }
}

const buildOptions = (entry: string) =>
  ({
    entryPoints: [entry],
    outfile: 'index.js',
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    plugins: LAMBDA_PLUGINS,
    sourcemap: 'external',
    sourcesContent: false,
    sourceRoot: pathToFileURL(`${process.cwd()}/`).href,
    logLevel: 'silent',
  }) satisfies BuildOptions;

function bundleMessage(failure: BuildFailure): string {
  if (!Array.isArray(failure.errors)) return failure.message;
  return failure.errors
    .map(({ text, location }) =>
      location === null ? text : `${location.file}:${location.line}:${location.column}: ${text}`,
    )
    .join('\n');
}

/** Another runtime on the same folder, or a crash, never sees half a file. */
async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  const partial = `${file}.${randomUUID()}.partial`;
  await writeFile(partial, content);
  await rename(partial, file);
}
