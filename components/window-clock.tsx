'use client';

import type { ReactNode } from 'react';
import { Card } from '@/components/ui/card';
import type { Slot } from '@/lib/core/slot';
import { countdown, type Format } from '@/lib/format';
import { useServerNow } from '@/lib/server-clock';

const AROUND = 2 * Math.PI * 44;

/** The only part that renders each second. Children stand under it: the action beside its consequence. */
export function WindowClock({
  open,
  waiting,
  format,
  children,
}: {
  open: Slot;
  waiting: Slot | undefined;
  format: Format;
  children?: ReactNode;
}) {
  const now = useServerNow();
  const leftMs = Math.max(0, open.endMs - now);
  const share = now === 0 ? 0 : Math.min(1, leftMs / (open.endMs - open.startMs));
  const ended = now !== 0 && leftMs === 0;
  return (
    <Card
      aria-label="Open window"
      data-testid="open-window"
      data-records={open.recordCount ?? ''}
      data-cents={open.salesCents ?? ''}
      className="flex flex-col gap-4"
    >
      <div className="flex items-center gap-6">
        <svg viewBox="0 0 100 100" className="size-24 shrink-0" aria-hidden="true">
          <circle cx="50" cy="50" r="44" fill="none" stroke="var(--line)" strokeWidth="6" />
          <circle
            cx="50"
            cy="50"
            r="44"
            fill="none"
            stroke="var(--settled)"
            strokeWidth="6"
            strokeDasharray={`${AROUND * share} ${AROUND}`}
            transform="rotate(-90 50 50)"
            className={ended ? 'waiting' : undefined}
          />
          <text x="50" y="57" textAnchor="middle" fontSize="20" fill="var(--text)" className="font-mono">
            {now === 0 ? '' : countdown(leftMs)}
          </text>
        </svg>
        <div>
          <p className="text-muted">
            {format.range(open.startMs, open.endMs)} · {ended ? 'closing' : 'so far'}
          </p>
          <p className="font-medium text-[28px] tabular-nums leading-tight">
            {format.money(open.salesCents)}
          </p>
          <p className="text-muted">{format.count(open.recordCount)} records, not final yet</p>
        </div>
      </div>
      {waiting !== undefined && (
        <p className={waiting.state === 'late' ? 'text-doubt' : 'text-muted'}>
          {waiting.state === 'late' ? '⚠ Late: still no total for ' : '… Closing: waiting for the total of '}
          {format.range(waiting.startMs, waiting.endMs)}
        </p>
      )}
      {children}
    </Card>
  );
}
