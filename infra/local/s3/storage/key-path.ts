/**
 * Where an object's file lies below its bucket's folder. Ordinary keys are their own paths; the rest is encoded so that
 * every key has one path inside the folder and every such path one key, without looking anything up:
 *
 * - bytes that a file name cannot hold or that would lead elsewhere, and `%` itself, become `%XX`;
 * - a folder's name never holds a `.` (it becomes `%2E`) and a file's name always does or ends in a bare `%`, so that the
 *   keys `a` and `a/b` never claim the same name;
 * - a name longer than a file system takes is cut into folders that end in `%+`.
 *
 * On a file system that does not tell upper from lower case, neither do keys.
 */
const MAX_NAME_BYTES = 200;
export const CONTINUED = '%+';
const EMPTY_FOLDER = '%_';

export function pathOfKey(key: string): string {
  const segments = key.split('/');
  const leaf = cut(encode(segments.pop() ?? ''));
  const name = leaf.pop() ?? '';
  const folders = segments.flatMap((segment) => cut(encode(segment).replaceAll('.', '%2E') || EMPTY_FOLDER));
  // The mark also keeps the rest of a cut name from being `.` or `..`.
  return [...folders, ...leaf, /[^.]\./.test(name) ? name : `${name}%`].join('/');
}

/** The inverse of `pathOfKey`; null for a file that is no object's. */
export function keyOfPath(path: string): string | null {
  const names = path.split('/');
  const leaf = (names.pop() ?? '').replace(/%$/, '');
  const segments: string[] = [];
  let begun = '';
  for (const name of names) {
    if (name.endsWith(CONTINUED)) begun += name.slice(0, -CONTINUED.length);
    else {
      segments.push(name === EMPTY_FOLDER ? '' : begun + name);
      begun = '';
    }
  }
  try {
    const key = decodeURIComponent([...segments, begun + leaf].join('/'));
    return pathOfKey(key) === path ? key : null;
  } catch {
    return null;
  }
}

function encode(segment: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const encoded = segment.replace(/[\u0000-\u001f\u007f%\\:*?"<>|]/g, percent);
  // Names of dots only lead elsewhere; one dot first would hide the file.
  return /^\.+$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded.replace(/^\./, '%2E');
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Never empty; all but the last end in the mark of what goes on. */
function cut(name: string): string[] {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return [name];
  const parts: string[] = [];
  let part = '';
  let bytes = 0;
  for (const token of name.match(/%[0-9A-F]{2}|[\s\S]/gu) ?? []) {
    const more = Buffer.byteLength(token);
    if (bytes + more > MAX_NAME_BYTES) {
      parts.push(part + CONTINUED);
      part = '';
      bytes = 0;
    }
    part += token;
    bytes += more;
  }
  return [...parts, part];
}

/** The folder that a key lies in: empty, or ending in a slash. */
export function folderOfKey(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** Where the files of a folder's keys lie; empty for those of none. */
export function pathOfFolder(folder: string): string {
  return pathOfKey(`${folder}x`).slice(0, -'/x%'.length);
}
