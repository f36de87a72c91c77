import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type BucketFolders, journalOf } from './bucket.ts';
import { folderOfKey } from './key-path.ts';
import { parseEntry, type StoredObject } from './object-metadata.ts';

/** An older version kept one journal for a whole bucket; what it says goes to those of the folders. Repeatable. */
export function splitOlderJournal(bucket: string, folders: BucketFolders): void {
  const file = path.join(folders.olderMetadata, `${bucket}.ndjson`);
  if (!existsSync(file)) return;
  const byFolder = new Map<string, Map<string, StoredObject[]>>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const entry = parseEntry(line);
    if (entry === null || entry.object === null) continue;
    const folder = folderOfKey(entry.key);
    const lines = byFolder.get(folder) ?? new Map<string, StoredObject[]>();
    byFolder.set(folder, lines.set(entry.key, [...(lines.get(entry.key) ?? []), entry.object]));
  }
  for (const [folder, lines] of byFolder) {
    const journal = journalOf(bucket, folder, folders);
    // What was put since is newer; a kill in the middle of this leaves some of it there twice, which says the same.
    for (const [key, objects] of journal.read().lines)
      lines.set(key, [...(lines.get(key) ?? []), ...objects]);
    journal.rewrite(lines);
  }
  rmSync(file);
}
