import { KinesisError } from './kinesis-error.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html */
const LEAST_RENEWAL_MS = 5_000;

/** The subscriptions that are open. One consumer has one to a shard: a later one takes it over. */
export class Subscriptions {
  readonly #open = new Map<string, { readonly sinceMs: number; readonly end: AbortController }>();

  /** The signal that ends it: a successor, or `close`. Throws ResourceInUseException when the last is too young. */
  begin(consumerArn: string, shardId: string, nowMs: number): AbortSignal {
    const key = `${consumerArn}/${shardId}`;
    const last = this.#open.get(key);
    if (last !== undefined && nowMs - last.sinceMs < LEAST_RENEWAL_MS) {
      throw new KinesisError(
        'ResourceInUseException',
        `Another active subscription exists for this consumer: ${consumerArn} and shard: ${shardId}`,
      );
    }
    last?.end.abort();
    const end = new AbortController();
    this.#open.set(key, { sinceMs: nowMs, end });
    return end.signal;
  }

  close(): void {
    for (const { end } of this.#open.values()) end.abort();
    this.#open.clear();
  }
}
