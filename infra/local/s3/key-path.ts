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
const CONTINUED = '%+';

export function pathOfKey(key: string): string {
  const segments = key.split('/');
  const leaf = segments.pop() ?? '';
  const folders = segments.map((segment) => encode(segment).replaceAll('.', '%2E') || '%_');
  const name = encode(leaf);
  const file = name.includes('.') && !/^\.+$/.test(name) && !name.startsWith('.') ? name : `${name}%`;
  return [...folders.flatMap((folder) => cut(folder)), ...cut(file)].join('/');
}

/** The inverse of `pathOfKey`; null for a file that is no object's. */
export function keyOfPath(path: string): string | null {
  const names = path.split('/');
  const segments: string[] = [];
  let begun = '';
  for (const [index, name] of names.entries()) {
    if (name.endsWith(CONTINUED) && index < names.length - 1) {
      begun += name.slice(0, -CONTINUED.length);
      continue;
    }
    const whole = begun + name;
    begun = '';
    const isLeaf = index === names.length - 1;
    const encoded =
      isLeaf && whole.endsWith('%') ? whole.slice(0, -1) : !isLeaf && whole === '%_' ? '' : whole;
    try {
      segments.push(decodeURIComponent(encoded));
    } catch {
      return null;
    }
  }
  const key = segments.join('/');
  return pathOfKey(key) === path ? key : null;
}

function encode(segment: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const encoded = segment.replace(/[\u0000-\u001f\u007f%\\:*?"<>|]/g, percent);
  // Names of dots only lead elsewhere; one dot first would hide the file, and is where temporary files are.
  return /^\.+$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded.replace(/^\./, '%2E');
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function cut(name: string): string[] {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return [name];
  const parts: string[] = [];
  let part = '';
  for (const token of name.match(/%[0-9A-F]{2}|[\s\S]/gu) ?? []) {
    if (Buffer.byteLength(part + token) > MAX_NAME_BYTES) {
      parts.push(part + CONTINUED);
      part = '';
    }
    part += token;
  }
  return [...parts, part];
}
