import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { invalidParameterValue } from '../lambda-error.ts';

/** Lambda's limit for a package, unzipped, in bytes. */
export const UNZIPPED_LIMIT_BYTES = 262_144_000;

/** The files of a deployment package, by their paths. Throws LambdaError InvalidParameterValueException. */
export function unzipped(zip: Buffer): Readonly<Record<string, Uint8Array>> {
  if (zip.length === 0) throw invalidParameterValue('Uploaded file must be a non-empty zip');
  let bytes = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(zip, {
      filter: ({ originalSize }) => {
        bytes += originalSize;
        return bytes <= UNZIPPED_LIMIT_BYTES;
      },
    });
  } catch {
    throw invalidParameterValue(
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    );
  }
  if (bytes > UNZIPPED_LIMIT_BYTES) {
    throw invalidParameterValue(`Unzipped size must be smaller than ${UNZIPPED_LIMIT_BYTES} bytes`);
  }
  return files;
}

/** Writes the files below a folder. Throws LambdaError for a path that leads out of it. */
export function writePackage(folder: string, files: Readonly<Record<string, Uint8Array>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const file = path.resolve(folder, name);
    if (!file.startsWith(`${path.resolve(folder)}${path.sep}`)) {
      throw invalidParameterValue(`Expected paths within the package, got ${name.slice(0, 200)}`);
    }
    if (name.endsWith('/')) {
      mkdirSync(file, { recursive: true });
      continue;
    }
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, 0o755); // whoever zips on Windows has no permissions to keep
  }
}
