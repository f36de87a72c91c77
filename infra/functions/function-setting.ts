/** A function without its settings must not start: the error names the variable, and shows at the first invocation. */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`Expected the environment variable ${name} to be set on this function, got nothing.`);
  }
  return value;
}
