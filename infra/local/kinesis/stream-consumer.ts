import type { Stream } from './stream.ts';
import type { StreamConsumer } from './stream-metadata.ts';

export type ConsumerStatus = 'CREATING' | 'ACTIVE' | 'DELETING';

/** Those that are there. */
export function consumersOf({ metadata }: Stream, nowMs: number): StreamConsumer[] {
  return (metadata.consumers ?? []).filter(({ goneMs }) => goneMs === null || goneMs > nowMs);
}

export function consumerStatus({ activeMs, goneMs }: StreamConsumer, nowMs: number): ConsumerStatus {
  if (goneMs !== null) return 'DELETING';
  return activeMs > nowMs ? 'CREATING' : 'ACTIVE';
}

export function consumerSeconds({ createdMs }: StreamConsumer): number {
  return Math.floor(createdMs / 1000);
}

export function consumerArn(stream: Stream, consumer: StreamConsumer): string {
  return `${stream.arn}/consumer/${consumer.name}:${consumerSeconds(consumer)}`;
}

/** Stores a consumer in the place of what it was. Throws StorageError. */
export function changeConsumer(stream: Stream, changed: StreamConsumer, nowMs: number): void {
  const consumers = consumersOf(stream, nowMs);
  stream.update({ consumers: consumers.map((each) => (each.name === changed.name ? changed : each)) });
}
