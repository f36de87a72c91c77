import {
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/**
 * `.env.local`, which Next.js reads: `npm run deploy` owns the lines between two marks, at the end, where they win. What
 * else is in the file is its owner's and stays as it is.
 */
const BEGIN = '# Written by npm run deploy from what it deployed; npm run destroy removes it.';
const END = '# End of what npm run deploy wrote.';

export type EnvLines = Readonly<Record<string, string>>;

/** Replaces the deploy's own lines; null removes them, and the file with them when nothing else is in it. */
export function writeEnvLines(file: string, lines: EnvLines | null): void {
  const others = existsSync(file) ? withoutOwn(readFileSync(file, 'utf8')) : '';
  if (lines === null) {
    if (!existsSync(file)) return;
    if (others.trim() === '' && !isLink(file)) rmSync(file);
    else replace(file, others);
    return;
  }
  const own = [BEGIN, ...Object.entries(lines).map(([name, value]) => `${name}=${value}`), END];
  const separator = others === '' || others.endsWith('\n') ? '' : '\n';
  replace(file, `${others}${separator}${own.join('\n')}\n`);
}

/** The deploy's own lines; null when there are none. */
export function readEnvLines(file: string): EnvLines | null {
  if (!existsSync(file)) return null;
  const text = readFileSync(file, 'utf8');
  const begin = text.indexOf(BEGIN);
  if (begin === -1) return null;
  const end = text.indexOf(END, begin);
  const own = text.slice(begin + BEGIN.length, end === -1 ? undefined : end);
  return Object.fromEntries(
    own.split('\n').flatMap((line) => {
      const [, name, value] = /^([A-Z_][A-Z0-9_]*)=(.*)$/.exec(line.trim()) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
}

function withoutOwn(text: string): string {
  const begin = text.indexOf(BEGIN);
  if (begin === -1) return text;
  const end = text.indexOf(END, begin);
  // Without its end the rest of the file could be anybody's: only the mark itself goes.
  const after = end === -1 ? begin + BEGIN.length : end + END.length;
  return withoutOwn(text.slice(0, begin) + text.slice(after).replace(/^\n/, ''));
}

/** Whoever reads sees the old file or the new one, and never half of it. A link stays one: its target is written. */
function replace(named: string, text: string): void {
  let file = named;
  while (isLink(file)) file = path.resolve(path.dirname(file), readlinkSync(file));
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, text, { mode: existsSync(file) ? statSync(file).mode : 0o644 });
  renameSync(partial, file);
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
