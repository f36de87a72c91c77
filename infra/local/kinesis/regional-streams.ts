import path from 'node:path';
import { KinesisError } from './kinesis-error.ts';
import type { Shard } from './shard.ts';
import { consumerArn, consumersOf } from './stream-consumer.ts';
import type { ShardDescription, ShardPage, ShardPosition, StreamReader } from './stream-reader.ts';
import { Streams } from './streams.ts';
import type { StreamsOptions } from './streams-options.ts';

/** Opens the streams of the region that the options name; others are opened when they are asked for. Throws StorageError. */
export async function openStreams(options: StreamsOptions): Promise<RegionalStreams> {
  return new RegionalStreams(options);
}

/** The account's streams: a region is a namespace of its own. Also how an event source mapping reads them. */
export class RegionalStreams implements StreamReader {
  /** Those of the runtime's own region. */
  readonly home: Streams;
  readonly #options: StreamsOptions;
  readonly #byRegion = new Map<string, Streams>();

  constructor(options: StreamsOptions) {
    this.#options = options;
    this.home = new Streams(options);
    this.#byRegion.set(options.region, this.home);
  }

  /** The other regions' streams live in `<dataDir>/regions/<region>/kinesis/`. Throws StorageError. */
  in(region: string): Streams {
    const known = this.#byRegion.get(region);
    if (known !== undefined) return known;
    const dataDir = path.join(this.#options.dataDir, 'regions', region);
    const opened = new Streams({ ...this.#options, region, dataDir });
    this.#byRegion.set(region, opened);
    return opened;
  }

  async shards(streamArn: string): Promise<readonly ShardDescription[]> {
    const { streams, name } = this.#named(streamArn);
    const stream = streams.stream(name);
    if (!hasConsumer(streams, name, streamArn)) {
      throw new KinesisError('ResourceNotFoundException', `Consumer not found: ${streamArn}`);
    }
    stream.trim(streams.clock.now());
    return stream.shards.map((shard) => {
      const { ParentShardId, AdjacentParentShardId } = shard.describe();
      return {
        shardId: shard.shardId,
        parentShardId: ParentShardId ?? null,
        adjacentParentShardId: AdjacentParentShardId ?? null,
        closed: !shard.isOpen,
      };
    });
  }

  /** How long the stream keeps its records; null when there is no such stream, or no such consumer of it. */
  retentionOf(streamArn: string): { readonly retentionMs: number } | null {
    const { streams, name } = this.#named(streamArn);
    const retentionMs = streams.retentionMs(name);
    if (retentionMs === null) return null;
    return hasConsumer(streams, name, streamArn) ? { retentionMs } : null;
  }

  async read(
    streamArn: string,
    shardId: string,
    position: ShardPosition,
    limits: { readonly maxRecords: number; readonly maxBytes: number },
  ): Promise<ShardPage> {
    const { streams, name } = this.#named(streamArn);
    return streams.shard(name, shardId).read(position, limits, streams.clock.now());
  }

  requirePosition(streamArn: string, shardId: string, position: ShardPosition): void {
    this.#shardOf(streamArn, shardId)?.requirePosition(position);
  }

  async keep(streamArn: string, shardId: string): Promise<void> {
    await this.#shardOf(streamArn, shardId)?.log.keep();
  }

  #shardOf(streamArn: string, shardId: string): Shard | null {
    const { streams, name } = this.#named(streamArn);
    const stream = streams.list().find((each) => each.name === name);
    return stream?.shards.find((shard) => shard.shardId === shardId) ?? null;
  }

  onChange(streamArn: string, listener: () => void): () => void {
    const { streams, name } = this.#named(streamArn);
    return streams.onChange(name, listener);
  }

  async close(): Promise<void> {
    for (const streams of this.#byRegion.values()) await streams.close();
  }

  /** `arn:aws:kinesis:<region>:<account>:stream/<name>`, which a consumer's `/consumer/<name>:<seconds>` may follow. */
  #named(streamArn: string): { readonly streams: Streams; readonly name: string } {
    const [, , , region = '', , resource = ''] = streamArn.split(':');
    return { streams: this.in(region), name: resource.split('/')[1] ?? '' };
  }
}

/** True for the ARN of a stream itself, too. */
function hasConsumer(streams: Streams, streamName: string, arn: string): boolean {
  if (!arn.includes('/consumer/')) return true;
  const stream = streams.stream(streamName);
  return consumersOf(stream, streams.clock.now()).some((consumer) => consumerArn(stream, consumer) === arn);
}
