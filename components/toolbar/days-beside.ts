/** The days before and after one, among the days that exist, newest first; also of a day that does not exist. */
export function daysBeside(
  days: readonly string[],
  day: string,
): { readonly earlier: string | null; readonly later: string | null } {
  // `today` is greater than every date, as letters come after digits.
  const earlier = days.find((each) => each < day) ?? null;
  const later = days.findLast((each) => each > day) ?? null;
  return { earlier, later };
}
