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
} as const;
