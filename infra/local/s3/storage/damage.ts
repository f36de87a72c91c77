import { S3Error } from '../wire/s3-error.ts';

const reported = new Set<string>();

/** A file is not what was written there: refused by its name, in the answer and once in the terminal. */
export function damaged(file: string, why: string): S3Error {
  const message = `The file ${file} is damaged: ${why}`;
  if (!reported.has(file)) {
    reported.add(file);
    console.error(message);
  }
  return new S3Error('InternalError', message);
}

/** Throws S3Error InternalError with the cause when the data folder is full, unwritable or otherwise in the way. */
export function onDisk<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof S3Error) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new S3Error('InternalError', `The data folder could not be used: ${cause}`);
  }
}
