import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { shellWord } from '../../../../lib/core/shell-word.ts';
import { seal, unseal } from '../../sealed-text.ts';
import type { BucketFolders } from './bucket.ts';
import { damaged, onDisk } from './damage.ts';

/** What a bucket was made with, besides its name. */
export interface BucketSettings {
  /** The location constraint; null for a bucket of the runtime's own region, whichever that is. */
  readonly location: string | null;
  /** As in the header `x-amz-tagging`; empty when there are none. */
  readonly tags: string;
}

/** Throws S3Error InternalError when the file is damaged. */
export function readBucketSettings(name: string, folders: BucketFolders): BucketSettings {
  const file = settingsFile(name, folders);
  return onDisk(() => {
    if (!existsSync(file)) {
      if (existsSync(markOf(name, folders))) throw gone(file);
      return ofOlderVersion(name, folders);
    }
    let value: unknown;
    try {
      value = JSON.parse(unseal(readFileSync(file, 'utf8')));
    } catch (error) {
      throw damaged(file, error instanceof Error ? error.message : String(error));
    }
    const fields: { readonly [key in keyof BucketSettings]?: unknown } =
      typeof value === 'object' && value !== null ? value : {};
    const { location, tags } = fields;
    if ((location !== null && typeof location !== 'string') || typeof tags !== 'string') {
      throw damaged(file, 'expected a location and tags');
    }
    return { location, tags };
  });
}

/** All or nothing. Throws S3Error InternalError. */
export function writeBucketSettings(name: string, folders: BucketFolders, settings: BucketSettings): void {
  const file = settingsFile(name, folders);
  const temporary = path.join(folders.temporary, randomUUID());
  onDisk(() => {
    writeFileSync(temporary, seal(JSON.stringify(settings)));
    mkdirSync(path.dirname(file), { recursive: true });
    renameSync(temporary, file);
    const mark = markOf(name, folders);
    mkdirSync(path.dirname(mark), { recursive: true });
    writeFileSync(mark, '');
  });
}

/** Two files with nothing but their values. */
function ofOlderVersion(name: string, { olderMetadata }: BucketFolders): BucketSettings {
  const [location, tags] = ['location', 'tags'].map((kind) => {
    const file = path.join(olderMetadata, `${name}.${kind}`);
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  });
  return { location: location ?? null, tags: tags ?? '' };
}

function gone(file: string): Error {
  const none = JSON.stringify({ location: null, tags: '' } satisfies BucketSettings);
  return damaged(
    file,
    `it is gone. Give up the bucket's location and tags: \`mkdir -p ${shellWord(path.dirname(file))} && echo '${none}' > ${shellWord(file)}\``,
  );
}

const SETTINGS = 'bucket.json';

function settingsFile(name: string, { metadata }: BucketFolders): string {
  return path.join(metadata, name, SETTINGS);
}

/** An empty file that says that there are settings, so that ones that are deleted are missed. */
function markOf(name: string, { marks }: BucketFolders): string {
  return path.join(marks, name, SETTINGS);
}
