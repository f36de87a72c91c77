/** A word of a command that is shown to be pasted into a POSIX shell: it may be a path, or come from outside. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
