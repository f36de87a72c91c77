import { HOP_NAMES, HOP_SENTENCES, HOP_STATUS } from '@/components/pipeline/hop-words';
import { CopyFix } from '@/components/ui/copy-button';
import type { Format } from '@/components/ui/format';
import { shardName } from '@/components/ui/shard-name';
import type { HealthAnswer, Hop } from '@/lib/contract/answers';
import type { RuntimeAnswer } from '@/lib/contract/runtime-answer';
import { RESULTS_PREFIX } from '@/lib/core/object-key';

interface PipelineDetailProps {
  readonly name: Hop['name'];
  readonly hop: Hop | undefined;
  readonly health: HealthAnswer | undefined;
  readonly runtime: RuntimeAnswer | undefined;
  readonly format: Format;
}

/** What one hop does, how it answered, and what mends it. */
export function PipelineDetail({ name, hop, health, runtime, format }: PipelineDetailProps) {
  const [sign, word, look] = HOP_STATUS[hop?.status ?? 'unknown'];
  return (
    <section aria-label={HOP_NAMES[name]} className="flex flex-col gap-2 border-line border-t pt-3">
      <p>
        <span className="font-medium">{HOP_NAMES[name]}</span>{' '}
        <span className={look}>
          <span aria-hidden="true">{sign}</span> {word}
          {hop?.durationMs != null && `, ${format.count(hop.durationMs)} ms`}
        </span>
      </p>
      <p className="text-muted">{HOP_SENTENCES[name]}</p>
      {hop !== undefined && <p>{hop.detail}</p>}
      {hop?.fix != null && (
        <div className="flex flex-wrap items-center gap-2">
          <code className="break-all font-mono text-xs">{hop.fix}</code>
          <CopyFix text={hop.fix} />
        </div>
      )}
      {name === 'stream' && runtime !== undefined && runtime.shards.length > 0 && (
        <ul className="text-xs">
          {runtime.shards.map((shard) => (
            <li key={shard.shardId}>
              {shardName(shard.shardId)}:{' '}
              {shard.closed
                ? 'closed by a reshard'
                : `${format.count(shard.recordsWaiting)} records waiting, ${format.count(
                    shard.millisBehindLatest === null ? null : Math.round(shard.millisBehindLatest / 1000),
                  )} s behind`}
              {shard.lastError !== null && <span className="text-error"> {shard.lastError}</span>}
            </li>
          ))}
        </ul>
      )}
      {name === 'bucket' && health !== undefined && (
        <p className="break-all font-mono text-muted text-xs">s3://{`${health.bucket}/${RESULTS_PREFIX}`}</p>
      )}
      {name === 'producer' && health !== undefined && (
        <p className="break-all font-mono text-muted text-xs">{health.producerFunction}</p>
      )}
    </section>
  );
}
