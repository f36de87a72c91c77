'use client';

import { clsx } from 'clsx';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { serverNow, useServerNow, useTicking } from '@/components/live/server-clock';
import { Card } from '@/components/ui/card';
import { countdown, type Format } from '@/components/ui/format';
import { Icon } from '@/components/ui/icon';
import type { Slot } from '@/lib/core/slot';

const RADIUS = 44;
const AROUND = 2 * Math.PI * RADIUS;

interface WindowClockProps {
  readonly open: Slot;
  /** The newest window that has ended: closing, late or closed. */
  readonly ended: Slot | undefined;
  readonly format: Format;
  /** Whether the pipeline is on the page, to be pointed to. */
  readonly hasPipeline: boolean;
  readonly children?: ReactNode;
}

/** The window that is open, counting down. The action stands under it, beside its consequence. */
export function WindowClock({ open, ended, format, hasPipeline, children }: WindowClockProps) {
  const isOver = useTicking(() => serverNow() >= open.endMs, false);
  return (
    <Card
      aria-label="Open window"
      data-testid="open-window"
      data-records={open.recordCount ?? ''}
      data-cents={open.salesCents ?? ''}
      className="flex flex-col gap-3"
    >
      <div className="grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-2 sm:gap-y-0">
        <Ring startMs={open.startMs} endMs={open.endMs} />
        <div className="min-w-0">
          <p className="text-muted">
            {format.range(open.startMs, open.endMs)} {isOver ? 'closing' : 'so far'}
          </p>
          <p className="font-medium text-[28px] leading-[1.2] tracking-tight">
            {format.money(open.salesCents)}
          </p>
          <p className="text-muted">
            {open.recordCount === null
              ? 'no records seen yet'
              : `${format.count(open.recordCount)} records, not final yet`}
            {open.rejected > 0 && `, ${format.count(open.rejected)} rejected`}
          </p>
        </div>
        <EndedLine ended={ended} open={open} format={format} hasPipeline={hasPipeline} />
      </div>
      <Sticky>{children}</Sticky>
    </Card>
  );
}

/** The only part that renders each second. */
function Ring({ startMs, endMs }: { startMs: number; endMs: number }) {
  const now = useServerNow();
  const leftMs = Math.max(0, endMs - now);
  const share = now === 0 ? 1 : Math.min(1, leftMs / (endMs - startMs));
  return (
    <svg
      viewBox="0 0 100 100"
      className="size-24 shrink-0 sm:row-span-2"
      role="timer"
      aria-label="Until the window ends"
    >
      <circle cx="50" cy="50" r={RADIUS} fill="none" stroke="var(--line)" strokeWidth="6" />
      <circle
        cx="50"
        cy="50"
        r={RADIUS}
        fill="none"
        stroke="var(--settled)"
        strokeWidth="6"
        strokeDasharray={`${AROUND * share} ${AROUND}`}
        transform="rotate(-90 50 50)"
        className={now !== 0 && leftMs === 0 ? 'waiting' : 'ring-hand'}
      />
      <text
        x="50"
        y="57"
        textAnchor="middle"
        fontSize="21"
        fill="var(--text)"
        className="font-medium font-mono"
      >
        {now === 0 ? '' : countdown(leftMs)}
      </text>
    </svg>
  );
}

/** What became of the window before: the moment of closing is seen here. */
function EndedLine({ ended, open, format, hasPipeline }: Omit<WindowClockProps, 'children'>) {
  const range = ended === undefined ? '' : format.range(ended.startMs, ended.endMs);
  return (
    <p
      data-testid="ended-window"
      data-state={ended?.state}
      className={clsx(
        // Two lines, for some of the words take them: what is below stays where it is.
        'col-span-2 flex min-h-9 items-center gap-1.5 text-xs sm:col-span-1 sm:col-start-2',
        ended?.state === 'late' ? 'text-doubt' : 'text-muted',
      )}
    >
      {ended === undefined && `Ends at ${format.clock(open.endMs)}; the next one begins then`}
      {ended?.state === 'closed' && (
        <>
          <Icon name="check" className="size-4 shrink-0 text-settled" />
          {range} closed: {format.money(ended.salesCents)} from {format.count(ended.recordCount)} records
        </>
      )}
      {ended?.state === 'closing' && (
        <>
          <span aria-hidden="true" className="waiting mx-1 size-2 shrink-0 rounded-full bg-settled" />
          {range} ended: its total comes in under 10 s
        </>
      )}
      {ended?.state === 'late' && (
        <>
          <Icon name="warning" className="size-4 shrink-0" />
          {range} is late: still no total.{' '}
          {hasPipeline && (
            <a href="#pipeline" className="underline">
              See the pipeline
            </a>
          )}
        </>
      )}
    </p>
  );
}

/**
 * On a phone the action sticks to the bottom edge once it has scrolled away; what is marked `data-secondary` in it stays
 * behind.
 */
function Sticky({ children }: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [isAway, setIsAway] = useState(false);
  const [height, setHeight] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry === undefined) return;
      const away = !entry.isIntersecting && entry.boundingClientRect.top < 0;
      if (away) setHeight(entry.boundingClientRect.height);
      setIsAway(away);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={place} style={isAway ? { minHeight: height } : undefined}>
      <div
        data-stuck={isAway}
        className="max-sm:data-[stuck=true]:fixed max-sm:data-[stuck=true]:inset-x-0 max-sm:data-[stuck=true]:bottom-0 max-sm:data-[stuck=true]:z-10 max-sm:data-[stuck=true]:border-line max-sm:data-[stuck=true]:border-t max-sm:data-[stuck=true]:bg-bg max-sm:data-[stuck=true]:p-4 max-sm:data-[stuck=true]:pb-[max(1rem,env(safe-area-inset-bottom))]"
      >
        {children}
      </div>
    </div>
  );
}
