'use client';

import { clsx } from 'clsx';
import { CLICK_HINT } from '@/components/clicks/click-hint';
import { closesAtMs, countedOf, NOT_YET, SENDING, type StepState, stepsOf } from '@/components/clicks/steps';
import { serverNow, useTicking } from '@/components/live/server-clock';
import { countdown, type Format } from '@/components/ui/format';
import type { Click } from '@/lib/contract/click';
import { describeClick, statusOf } from '@/lib/contract/click-status';

const SIGNS: Readonly<Record<StepState, readonly [sign: string, word: string, look: string]>> = {
  done: ['✓', 'done', 'border-settled bg-settled text-on-settled'],
  now: ['…', 'under way', 'border-settled text-settled'],
  todo: ['', 'not yet', 'border-line text-muted'],
  doubt: ['!', 'in doubt', 'border-doubt text-doubt'],
  failed: ['✕', 'failed', 'border-error text-error'],
};

interface StepperProps {
  /** Null before the first: the way is shown all the same. */
  readonly click: Click | null;
  /** True while the next one is on its way. */
  readonly sending: boolean;
  readonly format: Format;
  readonly onOpen: (startMs: number) => void;
}

/** The receipt of the last click: how far its records are on their way to a file, and what comes next. */
export function Stepper({ click: last, sending, format, onOpen }: StepperProps) {
  const click = sending ? null : last;
  const share = click?.shares.at(-1);
  const status = click === null ? null : statusOf(click);
  return (
    <div data-testid="stepper" data-status={status ?? undefined}>
      <ol className="flex">
        {(click === null ? (sending ? SENDING : NOT_YET) : stepsOf(click)).map(({ name, state }, index) => {
          const [sign, word, look] = SIGNS[state];
          return (
            <li
              key={name}
              data-step={state}
              className="relative flex flex-1 flex-col items-center gap-0.5 text-xs"
            >
              {index > 0 && (
                <span
                  aria-hidden="true"
                  className={clsx(
                    'absolute top-2.25 right-1/2 left-[calc(-50%+10px)] mr-2.5 border-t',
                    state === 'todo' ? 'border-line' : 'border-settled',
                  )}
                />
              )}
              <span
                aria-hidden="true"
                className={clsx(
                  'z-1 grid size-4.5 place-items-center rounded-full border text-[10px] leading-none',
                  look,
                  state !== 'done' && 'bg-panel',
                )}
              >
                {sign}
              </span>
              <span className={state === 'todo' ? 'text-muted' : undefined}>
                {name}
                <span className="sr-only">: {word}</span>
              </span>
            </li>
          );
        })}
      </ol>
      <p role="status" className="mt-1.5 min-h-9 text-muted text-xs">
        {click === null ? sending ? 'Sending…' : CLICK_HINT : <Sentence click={click} format={format} />}{' '}
        {status === 'counted' && share !== undefined && (
          <button type="button" className="min-h-6 text-text underline" onClick={() => onOpen(share.startMs)}>
            See it
          </button>
        )}
      </p>
    </div>
  );
}

function Sentence({ click, format }: { click: Click; format: Format }) {
  const { receipt } = click;
  const status = statusOf(click);
  if (receipt === null || !['sent', 'in-stream', 'counted'].includes(status))
    return describeClick(click, format);
  const sum = format.money(receipt.salesCents);
  if (status === 'counted') {
    const ranges = new Set(click.shares.map((share) => format.range(share.startMs, share.endMs)));
    return `${format.records(receipt.recordCount)}, ${sum}: all in the file of ${[...ranges].join(' and ')}.`;
  }
  return (
    <>
      {sum}: {format.count(countedOf(click))} of {format.count(receipt.recordCount)} counted
      <Closing atMs={closesAtMs(click)} />
    </>
  );
}

/** Apart, for it renders each second; and outside of what is announced each time. */
function Closing({ atMs }: { atMs: number | null }) {
  const left = useTicking(() => (atMs === null ? null : countdown(atMs - serverNow())), null);
  if (left === null) return '.';
  return (
    <span aria-hidden="true" data-ticks="">
      {left === '0:00' ? '; its file comes now.' : `, window closes in ${left}.`}
    </span>
  );
}
