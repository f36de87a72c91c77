'use client';

import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { endedWords } from '@/components/dashboard/ended-words';
import { StuckAction } from '@/components/dashboard/stuck-action';
import { serverNow, useServerNow, useTicking } from '@/components/live/server-clock';
import { useRuntime } from '@/components/live/use-runtime';
import { Card } from '@/components/ui/card';
import { countdown, type Format } from '@/components/ui/format';
import { Icon } from '@/components/ui/icon';
import type { Slot } from '@/lib/core/slot';

const RADIUS = 44;
const AROUND = 2 * Math.PI * RADIUS;

interface WindowClockProps {
  /** Null before the server has said it. */
  readonly open: Slot | null;
  /** The newest window that has ended: closing, late or closed; null when there is none to tell of. */
  readonly ended: Slot | null;
  /** False while the server cannot read what has become of it. */
  readonly isReadable: boolean;
  readonly format: Format;
  /** Whether the pipeline is on the page, to be pointed to. */
  readonly hasPipeline: boolean;
  readonly children?: ReactNode;
  /** At the bottom, where there is room for it. */
  readonly footer?: ReactNode;
}

/** The window that is open, counting down. The action stands under it, beside its consequence. */
export function WindowClock(props: WindowClockProps) {
  const { open, format, children, footer } = props;
  const isOver = useTicking(() => open !== null && serverNow() >= open.endMs, false);
  return (
    <Card
      aria-label="Open window"
      data-testid="open-window"
      data-records={open?.recordCount ?? ''}
      data-cents={open?.salesCents ?? ''}
      className="flex h-full flex-col gap-2 sm:gap-3 max-sm:p-3"
    >
      <div className="grid grid-cols-[auto_1fr] items-center gap-x-5 sm:gap-x-6">
        <Ring startMs={open?.startMs ?? 0} endMs={open?.endMs ?? 0} />
        <div className="min-w-0">
          <p className="min-h-5 text-muted">
            {open !== null && `${format.range(open.startMs, open.endMs)} ${isOver ? 'closing' : 'so far'}`}
          </p>
          <p className="min-h-7 font-medium text-2xl sm:min-h-8.5 sm:text-[28px] leading-[1.2] tracking-tight">
            {open !== null && format.money(open.salesCents)}
          </p>
          <p className="min-h-5 text-muted">
            {open !== null &&
              (open.recordCount === null
                ? 'no records seen yet'
                : `${format.records(open.recordCount)}, not final yet`)}
            {open !== null && open.rejected > 0 && `, ${format.count(open.rejected)} rejected`}
          </p>
        </div>
      </div>
      {open === null ? <p className="min-h-4.5" /> : <EndedLine {...props} open={open} />}
      <StuckAction>{children}</StuckAction>
      {footer}
    </Card>
  );
}

/** The only part that renders each second. */
function Ring({ startMs, endMs }: { startMs: number; endMs: number }) {
  const now = useServerNow();
  const leftMs = Math.max(0, endMs - now);
  const isKnown = now !== 0 && endMs !== 0;
  const share = isKnown ? Math.min(1, leftMs / (endMs - startMs)) : 1;
  return (
    <svg
      viewBox="0 0 100 100"
      className="size-17 shrink-0 sm:size-24"
      role="timer"
      aria-label="Until the window ends"
    >
      <circle cx="50" cy="50" r={RADIUS} fill="none" className="ring-track" strokeWidth="6" />
      <circle
        cx="50"
        cy="50"
        r={RADIUS}
        fill="none"
        strokeWidth="6"
        strokeDasharray={`${AROUND * share} ${AROUND}`}
        transform="rotate(-90 50 50)"
        className={clsx('ring-hand', isKnown && leftMs === 0 && 'waiting')}
      />
      <text
        x="50"
        y="57"
        textAnchor="middle"
        fontSize="21"
        fill="var(--text)"
        className="font-medium font-mono"
      >
        {isKnown ? countdown(leftMs) : ''}
      </text>
    </svg>
  );
}

/** What became of the window before: the moment of closing is seen here. */
function EndedLine({ ended, open, isReadable, format, hasPipeline }: WindowClockProps & { open: Slot }) {
  // Asked for here: with each of its answers the whole page would be rendered.
  const isStopped = useRuntime()?.consumerStopped === true;
  const hindrance = isReadable ? (isStopped ? 'consumer-stopped' : null) : 'unreadable';
  return (
    <p
      data-testid="ended-window"
      data-state={ended?.state}
      className={clsx(
        'flex min-h-4.5 items-center gap-1.5 text-xs',
        ended?.state === 'late' ? 'text-doubt' : 'text-muted',
      )}
    >
      {ended?.state === 'closed' && <Icon name="check" className="size-4 shrink-0 text-settled" />}
      {ended?.state === 'closing' && (
        <span aria-hidden="true" className="waiting mx-1 size-2 shrink-0 rounded-full bg-settled" />
      )}
      {ended?.state === 'late' && <Icon name="warning" className="size-4 shrink-0" />}
      <span>
        {endedWords(ended, open, hindrance, format)}{' '}
        {ended?.state === 'late' && hasPipeline && (
          <a href="#pipeline" className="underline">
            See the pipeline
          </a>
        )}
      </span>
    </p>
  );
}
