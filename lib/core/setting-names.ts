/**
 * The environment variables that two rooms must spell alike: set by the deploy and by the local runtime, read by the functions
 * and by the page.
 */
export const SETTINGS = {
  bucket: 'BUCKET_NAME',
  stream: 'STREAM_NAME',
  producer: 'PRODUCER_FUNCTION_NAME',
  consumer: 'CONSUMER_FUNCTION_NAME',
  windowSeconds: 'WINDOW_SECONDS',
  idleSeconds: 'WINDOW_IDLE_SECONDS',
  currency: 'NEXT_PUBLIC_CURRENCY',
  localPort: 'LOCAL_AWS_PORT',
  listenAddress: 'LISTEN_ADDRESS',
  passwordSecret: 'DASHBOARD_PASSWORD_SECRET',
} as const;

/** What the deploy makes, and what the page looks for when no variable says otherwise. */
export const DEFAULTS = {
  stream: 'data_pipe',
  producer: 'data_producer_fn',
  consumer: 'stream_record_processor',
  windowSeconds: 120,
  currency: 'USD',
  localPort: 4566,
  listenAddress: '127.0.0.1',
  /**
   * Longer than load balancers and proxies keep a connection that nobody uses (an Application Load Balancer: 60 s). Whoever
   * closes first must not be the one that is asked: a request on its way meets a closed connection, which a browser's user sees
   * as a 502 now and then. Node.js closes after 5 s.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-502-issues
   */
  keepAliveMs: 65_000,
} as const;
