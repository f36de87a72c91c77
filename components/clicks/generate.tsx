'use client';

import dynamic from 'next/dynamic';
import { memo, useMemo, useRef, useState } from 'react';
import { CLICK_HINT } from '@/components/clicks/click-hint';
import { pressesOf } from '@/components/clicks/early-presses';
import { type RecordCount, useSales } from '@/components/clicks/use-sales';
import { useClicks } from '@/components/live/click-store';
import type { PageData } from '@/components/live/page-data';
import { untilLoaded } from '@/components/live/until-loaded';
import { FIELDS, usePageKeys } from '@/components/live/use-page-keys';
import { placeOf, useHealth } from '@/components/live/use-place';
import { Button } from '@/components/ui/button';
import { ProblemNote } from '@/components/ui/problem-note';

const ConfirmAws = dynamic(
  () => untilLoaded(() => import('@/components/clicks/confirm-aws').then((module) => module.ConfirmAws)),
  { ssr: false },
);

// The first click needs none of these. Their places are kept, in lines as high as their own.
const LoadControl = dynamic(
  () => untilLoaded(() => import('@/components/clicks/load-control').then((module) => module.LoadControl)),
  { ssr: false, loading: () => <div data-secondary className="h-8 pointer-coarse:h-11" /> },
);
const Following = dynamic(
  () => untilLoaded(() => import('@/components/clicks/following').then((module) => module.Following)),
  { ssr: false },
);
const Stepper = dynamic(
  () => untilLoaded(() => import('@/components/clicks/stepper').then((module) => module.Stepper)),
  {
    ssr: false,
    loading: () => (
      <div className="h-18 pt-[42px]">
        <p className="text-muted text-xs">{CLICK_HINT}</p>
      </div>
    ),
  },
);

const WindowLength = dynamic(
  () => untilLoaded(() => import('@/components/clicks/window-length').then((module) => module.WindowLength)),
  { ssr: false, loading: () => <span className="w-42 max-sm:w-28" /> },
);

type GenerateProps = Pick<PageData, 'format' | 'change'> & {
  /** Null before the first: the button is there at once. */
  readonly answer: PageData['answer'] | null;
};

/** The button, what it did, and how much it sends. Memoised: who sets a slider is not disturbed by what is heard meanwhile. */
export const Generate = memo(function Generate({ answer, format, change }: GenerateProps) {
  const health = useHealth();
  const { send, sending, waiting, problem, asking, agree, decline } = useSales(health);
  const [count, setCount] = useState<RecordCount>(null);
  const clicks = useClicks(health === undefined ? null : placeOf(health));
  const last = clicks[0] ?? null;
  const press = useRef<(times: number) => void>(() => {});
  press.current = (times) => {
    if (health?.role === 'watch') return;
    for (let each = 0; each < times; each += 1) void send(count);
  };
  usePageKeys(
    useMemo(() => ({ g: ({ repeat }) => press.current(repeat ? 0 : 1) }), []),
    FIELDS,
  );
  if (health?.role === 'watch') {
    return (
      <p className="text-muted text-sm">You are watching. Sign in with the password that may sell to sell.</p>
    );
  }
  return (
    <div className="flex flex-1 flex-col gap-2 sm:gap-3 print:hidden">
      <div className="flex flex-wrap gap-2">
        <Button
          look="primary"
          data-generate=""
          aria-keyshortcuts="G"
          className="min-h-11 min-w-40 flex-1 text-base"
          onClick={(event) => press.current(pressesOf(event.detail))}
        >
          Generate sales
          {waiting > 0 && <span className="font-normal text-sm">· {format.count(waiting)} waiting</span>}
        </Button>
        <WindowLength />
      </div>
      {asking !== null && <ConfirmAws to={asking} onAgree={agree} onDecline={decline} />}
      <div data-secondary={problem === null || sending ? true : undefined} className="min-h-18">
        {problem !== null && !sending ? (
          <ProblemNote problem={problem} />
        ) : (
          <Stepper click={last} sending={sending} format={format} onOpen={(w) => change({ w })} />
        )}
      </div>
      {last !== null && answer !== null && <Following clicks={clicks} times={answer} />}
      <LoadControl count={count} onCount={setCount} send={() => send(count)} />
    </div>
  );
});
