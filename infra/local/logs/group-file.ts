import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { seal, unseal } from '../sealed-text.ts';

/** What is known of a group besides its events; stored as it is. */
export interface GroupFile {
  readonly logGroupName: string;
  /** Epoch milliseconds. */
  readonly creationTime: number;
  readonly retentionInDays?: number;
  /** Streams that were created by name, with the time; others exist by their events. */
  readonly createdStreams: Readonly<Record<string, number>>;
}

const FILE_NAME = 'group.json';
/** No group's folder begins like this. */
const DELETED_PREFIX = '.deleted-';

/** Thrown at the start for a group whose description was damaged or lost. */
export class DamagedGroupError extends Error {
  override name = 'DamagedGroupError' as const;

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `Expected ${file} to describe a log group, got: ${reason}. Restore the file, or delete its folder: what the function has logged is lost then.`,
      { cause },
    );
  }
}

/** Null when the folder holds no group and no events. Throws DamagedGroupError. */
export async function readGroupFile(folder: string): Promise<GroupFile | null> {
  const file = join(folder, FILE_NAME);
  try {
    const about: GroupFile = JSON.parse(unseal(await readFile(file, 'utf8')));
    return about;
  } catch (error) {
    if ((await readdir(folder)).some((name) => name === FILE_NAME || name.endsWith('.ndjson'))) {
      throw new DamagedGroupError(file, error);
    }
    return null; // a crash came in the middle of its creation
  }
}

/** Rejects when the disk refuses. */
export async function writeGroupFile(folder: string, about: GroupFile): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeWhole(join(folder, FILE_NAME), seal(JSON.stringify(about, null, 2)));
}

/** The rename is the moment of truth: what a crash leaves under the other name, the next start removes. */
export async function deleteGroupFolder(folder: string): Promise<void> {
  const grave = join(dirname(folder), `${DELETED_PREFIX}${randomUUID()}`);
  await rename(folder, grave);
  await rm(grave, { recursive: true, force: true });
}

/** A folder whose deletion was under way when the process ended. */
export function isDeleted(folderName: string): boolean {
  return folderName.startsWith(DELETED_PREFIX);
}

/** The old content or the new one, never a mixture. */
export async function writeWhole(file: string, content: string): Promise<void> {
  await writeFile(`${file}.partial`, content);
  await rename(`${file}.partial`, file);
}
