import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { seal, unseal } from '../../sealed-text.ts';
import type { FunctionDefinition, PackageInfo } from './function-definition.ts';
import { unzipped, writePackage } from './zip-package.ts';

/** What CreateFunction and its like say of a function; AWS's units. */
export interface FunctionSettings {
  readonly runtime: string;
  readonly handler: string;
  readonly role: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly loggingFormat: 'Text' | 'JSON';
  readonly logGroupName: string;
}

/** One version of a function, `$LATEST` or a published one. */
export interface StoredVersion {
  readonly version: string;
  readonly settings: FunctionSettings;
  readonly code: PackageInfo;
  /** Epoch milliseconds. */
  readonly modifiedMs: number;
}

export interface StoredAlias {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

/** A function that was made by the API; it survives the process. */
export interface StoredFunction {
  readonly name: string;
  readonly latest: StoredVersion;
  readonly versions: readonly StoredVersion[];
  readonly aliases: readonly StoredAlias[];
  readonly tags: Readonly<Record<string, string>>;
  /** Null: no limit but the account's. */
  readonly reservedConcurrency: number | null;
}

/** Thrown at the start for a file that this runtime did not write, that was damaged since, or that is gone. */
export class UnreadableFunctionError extends Error {
  override name = 'UnreadableFunctionError' as const;

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(
      `Expected ${file} to describe a function, got: ${String(cause)}. Restore the file, or delete its folder: the function is lost then.`,
      {
        cause,
      },
    );
  }
}

/** Stands in a folder that nobody was told of, or that was told to be deleted: what else is in it may be half of something. */
const UNFINISHED_FILE = 'unfinished';

/**
 * `<directory>/<name>/function.json`, with a checksum, and `<directory>/<name>/code-<sha256>/`, the package as it was
 * unzipped.
 */
export class FunctionStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Throws UnreadableFunctionError. */
  functions(): readonly StoredFunction[] {
    if (!existsSync(this.#directory)) return [];
    return readdirSync(this.#directory).flatMap((name) => {
      const file = this.#file(name);
      if (existsSync(path.join(this.#directory, name, UNFINISHED_FILE))) {
        this.remove(name); // a kill came before it was made, or in the middle of its deletion
        return [];
      }
      try {
        const stored: StoredFunction = JSON.parse(unseal(readFileSync(file, 'utf8')));
        if (stored.name !== name || typeof stored.latest.settings.handler !== 'string')
          throw new TypeError('another');
        return [stored];
      } catch (error) {
        throw new UnreadableFunctionError(file, error);
      }
    });
  }

  /** Atomic: a kill leaves the old one or the new one. */
  save(stored: StoredFunction): void {
    const file = this.#file(stored.name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, seal(JSON.stringify(stored, null, 2)));
    renameSync(`${file}.new`, file);
    rmSync(path.join(this.#directory, stored.name, UNFINISHED_FILE), { force: true });
    this.#sweep(stored);
  }

  #file(name: string): string {
    return path.join(this.#directory, name, 'function.json');
  }

  #beginUnfinished(name: string): void {
    mkdirSync(path.join(this.#directory, name), { recursive: true });
    writeFileSync(path.join(this.#directory, name, UNFINISHED_FILE), '');
  }

  remove(name: string): void {
    this.#beginUnfinished(name);
    rmSync(this.#file(name), { force: true });
    rmSync(path.join(this.#directory, name), { recursive: true, force: true, maxRetries: 3 });
  }

  /** Unzips a package where the function will find it. Throws LambdaError InvalidParameterValueException. */
  unpack(name: string, zip: Buffer): PackageInfo {
    const files = unzipped(zip);
    const code = { sha256: createHash('sha256').update(zip).digest('base64'), size: zip.length };
    const folder = this.#folder(name, code);
    if (existsSync(folder)) return code;
    if (!existsSync(this.#file(name))) this.#beginUnfinished(name);
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    try {
      writePackage(partial, files);
      renameSync(partial, folder);
    } catch (error) {
      rmSync(partial, { recursive: true, force: true });
      throw error;
    }
    return code;
  }

  /** What the pool runs of it. */
  definition(name: string, { version, settings, code }: StoredVersion): FunctionDefinition {
    const { runtime, handler } = settings;
    return {
      ...settings,
      ...entryOf(this.#folder(name, code), runtime, handler),
      name,
      version,
      package: code,
      taskRoot: this.#folder(name, code),
    };
  }

  #folder(name: string, { sha256 }: PackageInfo): string {
    const hex = Buffer.from(sha256, 'base64').toString('hex').slice(0, 24);
    return path.resolve(this.#directory, name, `code-${hex}`);
  }

  /** Packages that no version has any more. */
  #sweep({ name, latest, versions }: StoredFunction): void {
    const used = new Set([latest, ...versions].map(({ code }) => path.basename(this.#folder(name, code))));
    const folder = path.join(this.#directory, name);
    for (const entry of readdirSync(folder)) {
      if (entry.startsWith('code-') && !used.has(entry))
        rmSync(path.join(folder, entry), { recursive: true, force: true });
    }
  }
}

/** The file that a handler's name means, and the name of its export. */
function entryOf(
  folder: string,
  runtime: string,
  handler: string,
): Pick<FunctionDefinition, 'handlerFile' | 'handlerExport'> {
  if (runtime.startsWith('provided'))
    return { handlerFile: path.join(folder, 'bootstrap'), handlerExport: handler };
  if (runtime.startsWith('python')) {
    const at = handler.lastIndexOf('.');
    const module = handler.slice(0, at).replaceAll('.', '/');
    return { handlerFile: path.join(folder, `${module}.py`), handlerExport: handler.slice(at + 1) };
  }
  const nameAt = handler.lastIndexOf('/') + 1;
  const at = handler.indexOf('.', nameAt);
  const module = path.join(folder, handler.slice(0, at));
  const extension = ['.js', '.mjs', '.cjs'].find((each) => existsSync(`${module}${each}`)) ?? '.js';
  return { handlerFile: `${module}${extension}`, handlerExport: handler.slice(at + 1) };
}
