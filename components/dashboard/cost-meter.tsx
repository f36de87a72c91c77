'use client';

import type { PageData } from '@/components/live/page-data';
import { useServerNow } from '@/components/live/server-clock';
import { useHealth } from '@/components/live/use-place';
import { CopyButton } from '@/components/ui/copy-button';
import { HOUR_MS } from '@/lib/core/window';

const MINUTE_MS = 60_000;

/** In AWS: what the stream costs while nobody looks, and how to be rid of it. */
export function CostMeter({ answer }: PageData) {
  const health = useHealth();
  const now = useServerNow(MINUTE_MS);
  if (health?.mode !== 'aws') return null;
  const shards = new Set(answer.slots.flatMap((slot) => slot.shards.map((shard) => shard.shardId))).size || 1;
  const { dayUsd, monthUsd } = streamCost(shards);
  const idle = idleHours(answer.newest?.endMs ?? null, now);
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-muted text-xs" data-testid="cost">
      <span className={idle === null ? undefined : 'text-doubt'}>
        {idle !== null && `Nothing sold for ${idle} h. `}
        The stream costs about {dayUsd.toFixed(2)} USD a day ({monthUsd.toFixed(0)} a month) while it exists.
      </span>
      <span>
        <code className="font-mono">npm run destroy</code> removes it.
      </span>
      <CopyButton text="npm run destroy">Copy</CopyButton>
    </p>
  );
}

/** Provisioned, as the stacks deploy it, in us-east-1. https://aws.amazon.com/kinesis/data-streams/pricing/ */
const SHARD_HOUR_USD = 0.015;
const IDLE_MS = 3 * HOUR_MS;

/** What a stream costs while it exists, whether or not it is used. */
export function streamCost(shards: number): { readonly dayUsd: number; readonly monthUsd: number } {
  const dayUsd = shards * SHARD_HOUR_USD * 24;
  return { dayUsd, monthUsd: dayUsd * 30 };
}

/** Whole hours since the last window that sold something, once they are three; null before, and when nothing is known. */
export function idleHours(lastEndMs: number | null, nowMs: number): number | null {
  if (lastEndMs === null || nowMs - lastEndMs < IDLE_MS) return null;
  return Math.floor((nowMs - lastEndMs) / HOUR_MS);
}
