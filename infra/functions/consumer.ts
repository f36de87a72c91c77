import { S3Client } from '@aws-sdk/client-s3';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import { requireEnv } from './function-setting.ts';
import type { InvocationContext, TumblingWindowEvent } from './tumbling-window-event.ts';
import { CONSUMER_LIMITS, WindowConsumer } from './window-consumer.ts';

const consumer = new WindowConsumer(new S3Client({}), requireEnv(SETTINGS.bucket), CONSUMER_LIMITS);

/** Folds the records of one window of one shard into the state; the final invocation writes the window's result. */
export function handler(event: TumblingWindowEvent, context: InvocationContext): Promise<{ state: object }> {
  return consumer.handle(event, context);
}
