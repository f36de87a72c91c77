/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
  /** What mends it; null when nothing has to be, or when `found` says it already. */
  readonly fix: string | null;
}

export const ok = (name: string, found: string): Check => ({ name, ok: true, found, fix: null });
export const failed = (name: string, found: string, fix: string): Check => ({ name, ok: false, found, fix });

/** Looks, and makes a failed check of what was thrown. */
export async function look(name: string, fix: string, found: () => Promise<string | Check>): Promise<Check> {
  try {
    const result = await found();
    return typeof result === 'string' ? ok(name, result) : result;
  } catch (error) {
    return failed(name, errorText(error), fix);
  }
}

/** Node wraps a refused connection in an error without a message, the AWS SDK answers with an error's name alone. */
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return error.errors.map(errorText).join('; ');
  return error.message === '' || error.message === 'UnknownError'
    ? error.name
    : `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}`;
}

/** A line for each check, and below a failed one what to do. */
export function checkLines(checks: readonly Check[]): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.flatMap((check) => [
    `  ${check.ok ? 'ok    ' : 'FAILED'}  ${check.name.padEnd(width)}  ${check.found}`,
    ...(check.fix === null ? [] : [`          ${' '.repeat(width)}  → ${check.fix}`]),
  ]);
}
