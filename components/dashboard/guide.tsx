'use client';

import { clsx } from 'clsx';
import { useEffect, useState } from 'react';
import { closesAtMs } from '@/components/clicks/steps';
import { guideStep } from '@/components/dashboard/guide-steps';
import { useClicks } from '@/components/live/click-store';
import type { PageData } from '@/components/live/page-data';
import { serverNow, useTicking } from '@/components/live/server-clock';
import { usePlace } from '@/components/live/use-place';
import { Button } from '@/components/ui/button';
import { countdown } from '@/components/ui/format';
import type { Click } from '@/lib/contract/click';

const NAMES = ['Sell', 'Watch it fill', 'See it close', 'Look at the file'] as const;

interface GuideProps extends PageData {
  /** Null: every click counts, as nothing had been sold before. */
  readonly sinceMs: number | null;
  readonly onEnd: () => void;
}

/** The first minute in four steps, each of which is taken by what really happens. */
export function Guide({ answer, url, change, sinceMs, onEnd }: GuideProps) {
  const clicks = useClicks(usePlace());
  const click = clicks.find((each) => sinceMs === null || each.sentMs >= sinceMs) ?? null;
  const [hasLooked, setHasLooked] = useState(false);
  const step = guideStep(click, hasLooked);
  useEffect(() => {
    if (step === 4 && url.w !== null) setHasLooked(true);
  }, [step, url.w]);
  return (
    <section
      aria-label="First steps"
      data-testid="guide"
      data-step={step}
      className="flex w-full min-w-0 flex-col gap-1.5 lg:w-auto lg:max-w-[44rem] lg:flex-1"
    >
      <ol className="flex flex-wrap items-center gap-x-4 gap-y-1 max-sm:hidden">
        {NAMES.map((name, index) => (
          <li
            key={name}
            aria-current={index + 1 === step ? 'step' : undefined}
            className={clsx(
              'flex items-center gap-1.5 text-xs',
              index + 1 === step ? 'font-medium text-text' : 'text-muted',
            )}
          >
            <span
              aria-hidden="true"
              className={clsx(
                'grid size-5 place-items-center rounded-full border text-[11px]',
                index + 1 < step ? 'border-settled bg-settled text-on-settled' : 'border-control',
                index + 1 === step && 'border-settled text-settled',
              )}
            >
              {index + 1 < step ? '✓' : index + 1}
            </span>
            {name}
          </li>
        ))}
      </ol>
      <div className="flex min-h-11 items-center justify-between gap-4">
        <p role="status" className="text-muted text-sm max-sm:text-xs">
          {step < 5 && <span className="font-medium text-text sm:hidden">{step} of 4. </span>}
          <Words step={step} click={click} endMs={answer.open.endMs} />
        </p>
        <div className="flex shrink-0 gap-1">
          {step === 4 && (
            <Button onClick={() => change({ w: click?.shares.at(-1)?.startMs ?? null })}>
              Look at the file
            </Button>
          )}
          {step === 5 && (
            <Button
              onClick={() => {
                onEnd();
                document.getElementById('pipeline')?.scrollIntoView({ block: 'center' });
              }}
            >
              Break it
            </Button>
          )}
          <Button look="quiet" onClick={onEnd}>
            {step === 5 ? 'Done' : 'Skip'}
          </Button>
        </div>
      </div>
    </section>
  );
}

function Words({
  step,
  click,
  endMs,
}: {
  step: ReturnType<typeof guideStep>;
  click: Click | null;
  endMs: number;
}) {
  const closing = (click && closesAtMs(click)) ?? endMs;
  const left = useTicking(() => countdown(closing - serverNow()), '');
  switch (step) {
    case 1:
      return 'Press Generate sales: up to 300 made-up sales enter the stream.';
    case 2:
      return 'They are in the stream. The consumer takes them batch by batch, and the hatched bar grows.';
    case 3:
      return (
        <>
          All are counted in the open window. Nothing is final until it closes, in{' '}
          <span aria-hidden="true" data-ticks="">
            {left}
          </span>
          : then the bar settles.
        </>
      );
    case 4:
      return 'The window closed: its final invocation wrote one file for each shard.';
    case 5:
      return 'That is a tumbling window, from the click to the file. Now see what happens when something goes wrong.';
  }
}
