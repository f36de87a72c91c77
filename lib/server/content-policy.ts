import 'server-only';

/**
 * What a page of ours may load and run, and who may show it in a frame: everything from here, scripts and styles only with
 * this answer's nonce. In development React and hot reload need `eval` and styles of their own.
 */
export function contentPolicy(
  nonce: string,
  embedOrigins: readonly string[],
  isDevelopment: boolean,
): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    `style-src 'self' ${isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${embedOrigins.length === 0 ? "'none'" : embedOrigins.join(' ')}`,
  ].join('; ');
}
