'use client';

import { clsx } from 'clsx';
import dynamic from 'next/dynamic';
import { useCallback, useDeferredValue, useMemo, useState, useSyncExternalStore } from 'react';
import { useZoom } from '@/components/chart/use-zoom';
import { Generate } from '@/components/clicks/generate';
import { useDashboardKeys } from '@/components/dashboard/dashboard-keys';
import { loadChart, loadParts, PARTS } from '@/components/dashboard/dashboard-parts';
import { Figures, FiguresSkeleton, loadSparkline } from '@/components/dashboard/figures';
import { TopBar } from '@/components/dashboard/top-bar';
import { useFirstRun } from '@/components/dashboard/use-first-run';
import { useGuide } from '@/components/dashboard/use-guide';
import { useHeldAnswer } from '@/components/dashboard/use-held-answer';
import { WindowClock } from '@/components/dashboard/window-clock';
import { useMissingMarked } from '@/components/live/missing-slots';
import type { PageData, PageViewProps } from '@/components/live/page-data';
import { untilLoaded } from '@/components/live/until-loaded';
import { Card } from '@/components/ui/card';
import { createFormat } from '@/components/ui/format';
import { NearView } from '@/components/ui/near-view';
import type { WindowsAnswer } from '@/lib/contract/answers';
import { rangeText } from '@/lib/core/range';
import type { Slot } from '@/lib/core/slot';

const loadSheet = () =>
  untilLoaded(() => import('@/components/dashboard/keyboard-sheet').then((module) => module.KeyboardSheet));

const loadGuide = () =>
  untilLoaded(() => import('@/components/dashboard/guide').then((module) => module.Guide));

const loadSalesCard = () =>
  untilLoaded(() => import('@/components/dashboard/sales-card').then((module) => module.SalesCard));

const loadRateNow = () =>
  untilLoaded(() => import('@/components/dashboard/rate-now').then((module) => module.RateNow));

const SalesCard = dynamic(loadSalesCard, {
  ssr: false,
  loading: () => <SalesPlace />,
});
const RateNow = dynamic(loadRateNow, { ssr: false });
const Guide = dynamic(loadGuide, {
  ssr: false,
  loading: () => <div className="min-h-11 w-full lg:w-auto" />,
});
const KeyboardSheet = dynamic(loadSheet, { ssr: false });
const Announcer = dynamic(
  () => untilLoaded(() => import('@/components/dashboard/announcer').then((module) => module.Announcer)),
  { ssr: false },
);

/** All of the page that comes by itself later: a replay may be shown without a server to load it from. */
export function loadView(): Promise<unknown> {
  return Promise.all([
    loadSparkline(),
    loadSalesCard(),
    loadRateNow(),
    loadChart(),
    loadSheet(),
    loadParts(),
  ]);
}

/** Two columns where the page has the width for them: 1024 px, or those and the drawer's 420. The bars stay where they are. */
const COLUMNS = {
  alone: 'lg:grid-cols-[minmax(0,7fr)_minmax(22rem,4fr)]',
  beside: 'min-[1440px]:grid-cols-[minmax(0,7fr)_minmax(20rem,4fr)]',
} as const;

/** The page, whatever its data comes from; everything below takes props. */
export function PageView(props: PageViewProps) {
  const { source, currency, locale, url, onChange: change, onToggle, onFile, children } = props;
  const { answer, paused, problem, isReplay } = source;
  const [isReading, setIsReading] = useState(false);
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  const { day, range, kiosk } = url;
  // On a wall and in a replay there is nothing to do to the pipeline, and nothing to see of it.
  const isAtWork = !kiosk && !isReplay;
  const isHeld = paused || isReading || url.w !== null;
  const shown = useMissingMarked(useHeldAnswer(answer, isHeld, `${day} ${rangeText(range)} ${source.jumps}`));
  const zoom = useZoom(url, change);
  // The server does not know the browser's zone: the first rendering is its own, in UTC.
  const zone = useHydrated() ? url.tz : 'utc';
  const format = useMemo(() => createFormat({ currency, zone, locale }), [currency, zone, locale]);
  const showSheet = useCallback(() => setIsSheetOpen(true), []);
  const leave = useCallback(() => change({ kiosk: false }), [change]);
  const catchUp = () => {
    if (paused) onToggle();
    setIsReading(false);
    change({ w: null });
  };
  useDashboardKeys({ url, change, pause: onToggle, showSheet, back: kiosk ? leave : zoom.back });

  const data = useMemo<PageData | null>(
    () => (shown === null ? null : { answer: shown, format, url, change, isReplay, onFile }),
    [shown, format, url, change, isReplay, onFile],
  );
  // All parts at once are a long task on a phone: the first time they come in slices, between which it stays responsive.
  const isReady = useDeferredValue(data !== null) && data !== null;
  // Only chart and table stand still while they are read.
  const newest = answer ?? data?.answer ?? null;
  const isFirst = useFirstRun(data?.answer ?? null) && !isReplay;
  const guide = useGuide(isFirst);
  // Beside the chart where there is room: on a phone the bars come first.
  const rate = !kiosk && isReady && newest !== null && (
    <RateNow answer={newest} format={format} change={change} />
  );
  const columns = COLUMNS[url.w === null ? 'alone' : 'beside'];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: on a wall a tap leaves, as Esc does
    // biome-ignore lint/a11y/noStaticElementInteractions: see above
    <div
      className={clsx(url.w !== null && 'lg:pr-[420px]')}
      data-kiosk={kiosk}
      onClick={kiosk ? leave : undefined}
    >
      {kiosk ? (
        <h1 className="sr-only">Tumbling windows. Esc or a tap leaves the kiosk.</h1>
      ) : (
        <TopBar
          url={url}
          connection={isReplay ? null : source}
          onPause={onToggle}
          onKeys={showSheet}
          onGuide={guide.begin}
          onChange={change}
        />
      )}
      <main
        className={clsx(
          'mx-auto flex flex-col gap-3 p-3 sm:gap-4 sm:px-6 sm:py-4',
          !kiosk && 'max-w-[1248px]',
        )}
      >
        {children}
        {isReady && newest !== null ? (
          <Figures answer={newest} day={day} isAlone={isReplay} isFirst={isFirst} format={format}>
            {guide.isOn && isAtWork && <Guide {...data} sinceMs={guide.sinceMs} onEnd={guide.end} />}
          </Figures>
        ) : (
          <FiguresSkeleton
            words={problem === null ? 'Reading what the windows hold…' : 'Nothing could be read yet'}
          />
        )}
        <div className={clsx('grid gap-3 sm:gap-4', columns)} data-first-run={isFirst}>
          <div className="min-w-0 empty:hidden">
            {isReady ? (
              <SalesCard
                data={data}
                source={source}
                isFirst={isFirst}
                zoom={zoom}
                onReading={setIsReading}
                onCatchUp={isHeld && data.answer.live ? catchUp : null}
              />
            ) : (
              problem === null && <SalesPlace />
            )}
          </div>
          <div className="min-w-0 max-lg:order-first">
            <WindowClock
              open={newest?.open ?? null}
              ended={newest === null ? null : endedWindow(newest)}
              isReadable={problem === null}
              format={format}
              hasPipeline={isAtWork}
              footer={<div className="max-lg:hidden">{rate}</div>}
            >
              {isAtWork && <Generate answer={newest} format={format} change={change} />}
            </WindowClock>
          </div>
        </div>
        {isReady && newest !== null && (
          <>
            {!kiosk && <Card className="lg:hidden">{rate}</Card>}
            {isAtWork && (
              <div id="pipeline" className="min-h-34 min-w-0 print:hidden">
                <NearView className="min-h-34">{PARTS.pipeline(data)}</NearView>
              </div>
            )}
            {!kiosk && (
              <div className="min-h-57 min-w-0 print:hidden">
                <NearView className="min-h-57">{PARTS.receipts(data)}</NearView>
              </div>
            )}
            {PARTS.inspector(data)}
            {isAtWork && PARTS.cost(data)}
            {!isReplay && PARTS.notices({ ...data, answer: newest })}
            {!isReplay && <Announcer answer={newest} format={format} />}
          </>
        )}
      </main>
      {isSheetOpen && (
        <KeyboardSheet onClose={() => setIsSheetOpen(false)} onGuide={isAtWork ? guide.begin : null} />
      )}
    </div>
  );
}

/** As high as the bars and what is around them. */
function SalesPlace() {
  return <div className="min-h-85 rounded-lg border border-line bg-panel sm:min-h-115" />;
}

/** The newest window that has ended and of which there is something to say. */
function endedWindow({ slots, live, stepSeconds, windowSeconds }: WindowsAnswer): Slot | null {
  if (!live || stepSeconds > windowSeconds) return null;
  return slots.findLast((slot) => ['closed', 'closing', 'late'].includes(slot.state)) ?? null;
}

const never = () => () => {};

/** False while the page is as the server rendered it, who does not know the browser's time zone, true ever after. */
function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
