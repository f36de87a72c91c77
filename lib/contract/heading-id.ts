/** Where a heading stands on the page of the rules: `Failures and retries` is at `#failures-and-retries`. */
export function headingId(words: string): string {
  return words.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}
