import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What a reset deletes: everything but the lock. */
const DATA_FOLDERS = ['kinesis', 's3', 'functions', 'event-source-mappings', 'logs', 'regions'];

/** There from the first deletion to the last: what it stands beside may be half of something. */
const MARK = 'reset.unfinished';

/** Deletes all data of a folder that nothing uses. Cut off at any point, it is finished by doing it again. */
export async function clearData(dataDir: string): Promise<void> {
  const mark = path.join(dataDir, MARK);
  await mkdir(dataDir, { recursive: true });
  await writeFile(mark, '');
  for (const folder of DATA_FOLDERS) {
    await rm(path.join(dataDir, folder), { recursive: true, force: true, maxRetries: 3 });
  }
  await rm(mark);
}

/** For the start. True when the run before was killed in the middle of a reset. */
export async function finishReset(dataDir: string): Promise<boolean> {
  if (!existsSync(path.join(dataDir, MARK))) return false;
  await clearData(dataDir);
  return true;
}
