import type { ClickFlag } from '@/components/chart/click-flags';
import { CrossSign, PennantSign } from '@/components/chart/flags';
import { shardName } from '@/components/ui/shard-name';
import { shardFill } from '@/components/ui/shard-patterns';

/** Names only what the plot does not say itself. */
export function ChartLegend({
  shards,
  compared,
  over,
  limit,
  flags,
}: {
  shards: readonly (string | null)[];
  compared: boolean;
  over: number;
  /** The limit in words; null when there is none. */
  limit: string | null;
  /** Null when they are not shown. */
  flags: readonly ClickFlag[] | null;
}) {
  if (shards.length < 2 && !compared && limit === null && flags === null) return null;
  const sum = (which: keyof ClickFlag) => (flags ?? []).reduce((all, flag) => all + flag[which], 0);
  return (
    <ul className="mt-2 flex flex-wrap gap-x-6 gap-y-1 text-muted text-xs">
      {shards.length > 1 &&
        shards.map((shardId, index) => (
          <li key={shardId ?? ''} className="flex items-center gap-2">
            <svg className="size-3" aria-hidden="true">
              <rect width="12" height="12" rx="2" fill={shardFill(index)} />
            </svg>
            {shardName(shardId)}
          </li>
        ))}
      {compared && (
        <li className="flex items-center gap-2">
          <span aria-hidden="true" className="h-0.5 w-4 bg-muted" />
          the day before, at the same time
        </li>
      )}
      {limit !== null && (
        <li>
          <span aria-hidden="true">▾ </span>
          {over === 0 ? 'None' : over} of the bars {over === 1 ? 'has' : 'have'} reached {limit}
        </li>
      )}
      {flags !== null && (
        <>
          <li className="flex items-center gap-2">
            <PennantSign />
            clicks from here: {sum('clicks') - sum('failed')}
          </li>
          <li className="flex items-center gap-2">
            <CrossSign />
            failed clicks: {sum('failed')}
          </li>
        </>
      )}
    </ul>
  );
}
