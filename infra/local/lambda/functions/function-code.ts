import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Code, CodeSource } from './code.ts';
import { BundleError, SourceBundle } from './function-bundle.ts';
import type { LambdaFunction, PackageInfo } from './function-definition.ts';

export function codeSource(definition: LambdaFunction, cacheDir: string): CodeSource {
  const { package: zip } = definition;
  if (zip !== null && definition.kind !== 'nodejs') return packagedCode(definition, zip);
  return definition.kind === 'nodejs'
    ? new SourceBundle(definition.handlerFile, cacheDir, definition.name)
    : new FileCode(definition);
}

/** A package does not change: another one is another definition. */
function packagedCode({ handlerFile }: LambdaFunction, { sha256, size }: PackageInfo): CodeSource {
  const code = { url: pathToFileURL(handlerFile).href, codeSha256: sha256, codeSize: size, builtMs: 0 };
  return { current: async () => code };
}

/** A file that is run as it is: a Python module, with those beside it, or an executable. */
class FileCode implements CodeSource {
  readonly #file: string;
  readonly #suffix: string | null;
  #seen = '';
  #code: Code | null = null;

  constructor({ handlerFile, kind }: LambdaFunction) {
    this.#file = handlerFile;
    this.#suffix = kind === 'python' ? '.py' : null;
  }

  async current(): Promise<Code> {
    const files = this.#files();
    const stats = files.map((file) => statSync(file, { throwIfNoEntry: false }));
    const seen = stats.map((stat) => `${stat?.mtimeMs} ${stat?.size}`).join();
    if (this.#code !== null && seen === this.#seen) return this.#code;
    const digest = createHash('sha256');
    try {
      for (const file of files) digest.update(readFileSync(file));
    } catch (error) {
      throw new BundleError(error instanceof Error ? error.message : String(error));
    }
    this.#seen = seen;
    this.#code = {
      url: pathToFileURL(this.#file).href,
      codeSha256: digest.digest('base64'),
      codeSize: stats.reduce((sum, stat) => sum + (stat?.size ?? 0), 0),
      builtMs: Math.max(...stats.map((stat) => stat?.mtimeMs ?? 0)),
    };
    return this.#code;
  }

  #files(): readonly string[] {
    const suffix = this.#suffix;
    if (suffix === null) return [this.#file];
    const folder = dirname(this.#file);
    const beside = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && entry.name.endsWith(suffix))
      .map(({ name }) => name)
      .filter((name) => name !== basename(this.#file));
    return [this.#file, ...beside.sort().map((name) => `${folder}/${name}`)];
  }
}
