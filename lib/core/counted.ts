/** A number with its noun: `1 record`, `226 records`, `2 batches`. `say` writes the number. */
export function counted(
  count: number,
  one: string,
  more = `${one}s`,
  say: (count: number) => string = String,
): string {
  return `${say(count)} ${count === 1 ? one : more}`;
}
