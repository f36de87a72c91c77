'use client';

import { clsx } from 'clsx';
import dynamic from 'next/dynamic';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { Banner } from '@/components/banner';
import { Announcer } from '@/components/dashboard-announcer';
import { type PageData, parts } from '@/components/dashboard-parts';
import { useDays } from '@/components/day-picker';
import { FirstRun, SampleChart } from '@/components/first-run';
import { Hero } from '@/components/hero';
import { KpiTiles } from '@/components/kpi-tiles';
import { NearView } from '@/components/near-view';
import { NewWindows } from '@/components/new-windows';
import { Skeleton } from '@/components/skeleton';
import { Toolbar } from '@/components/toolbar';
import { TopBar } from '@/components/top-bar';
import { Card } from '@/components/ui/card';
import { Tab, TabList, TabPanel, Tabs } from '@/components/ui/tabs';
import { WindowClock } from '@/components/window-clock';
import type { WindowsAnswer } from '@/lib/answers';
import { chartTitle } from '@/lib/chart-words';
import { daysBeside } from '@/lib/days-beside';
import { createFormat } from '@/lib/format';
import { useHeld } from '@/lib/use-held';
import { useMarked } from '@/lib/use-marked';
import { usePageKeys } from '@/lib/use-page-keys';
import { useUrlState } from '@/lib/use-url-state';
import { useWindows } from '@/lib/use-windows';
import { useZoom } from '@/lib/use-zoom';

const ChartPanel = dynamic(() => import('@/components/chart-panel').then((module) => module.ChartPanel), {
  ssr: false,
  loading: () => <div className="h-60 sm:h-75" />,
});
const KeyboardSheet = dynamic(
  () => import('@/components/keyboard-sheet').then((module) => module.KeyboardSheet),
  { ssr: false },
);

/** Nothing to press on a wall, unless someone comes near. */
const KIOSK_TOOLS = 'opacity-0 focus-within:opacity-100 group-hover:opacity-100';

/** Two columns where the page has the width for them: 1024 px, or those and the drawer's 420. */
const COLUMNS = {
  alone: ['lg:grid-cols-[7fr_5fr]', 'max-lg:order-last', 'lg:grid-cols-[minmax(26rem,5fr)_7fr]'],
  beside: [
    'min-[1440px]:grid-cols-[7fr_5fr]',
    'max-[1440px]:order-last',
    'min-[1440px]:grid-cols-[minmax(26rem,5fr)_7fr]',
  ],
} as const;

/** The one root that holds the data; everything below takes props. */
export function Dashboard({ currency }: { currency: string }) {
  const [url, change] = useUrlState();
  const [paused, setPaused] = useState(false);
  const [isReading, setIsReading] = useState(false);
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  const { day, range, cmp } = url;
  const { answer, open, previous, problem, isStreaming, retry } = useWindows({ day, range, cmp, paused });
  const isHeld = paused || isReading || url.w !== null;
  const shown = useMarked(useHeld(answer, isHeld, `${day} ${range}`));
  const zoom = useZoom(url, change);
  const format = useMemo(() => createFormat({ currency, zone: url.tz }), [currency, url.tz]);
  const pause = useCallback(() => setPaused((now) => !now), []);
  const showSheet = useCallback(() => setIsSheetOpen(true), []);
  const catchUp = () => {
    setPaused(false);
    setIsReading(false);
    change({ w: null });
  };
  useKeys({ url, change, pause, showSheet, back: zoom.back });

  const data = useMemo<PageData | null>(
    () => (shown !== undefined && open !== undefined ? { answer: shown, open, format, url, change } : null),
    [shown, open, format, url, change],
  );
  // All parts at once are a long task on a phone: the first time they come in slices, between which it stays responsive.
  const isReady = useDeferredValue(data !== null);
  // Only chart and table stand still while they are read.
  const newest = answer ?? data?.answer;
  const isFirst = data !== null && isFirstRun(data.answer, data.open.recordCount);
  const banner = (
    <Banner
      problem={problem}
      live={answer?.live === true && !paused}
      hasData={data !== null}
      onRetry={retry}
    />
  );
  const [heroColumns, heroLast, insideColumns] = COLUMNS[url.w === null ? 'alone' : 'beside'];
  return (
    <div className={clsx(url.w !== null && 'lg:pr-[420px]')}>
      <TopBar
        url={url}
        connection={{ answer, problem, paused, isStreaming }}
        onPause={pause}
        onKeys={showSheet}
        onChange={change}
      />
      <main className="mx-auto flex max-w-[1248px] flex-col gap-6 p-4 sm:p-6">
        {banner}
        {data === null || newest === undefined || !isReady ? (
          <Skeleton {...(problem !== null && { words: 'Nothing could be read yet' })} />
        ) : (
          <>
            <div className={clsx('grid gap-6', heroColumns)} data-first-run={isFirst}>
              <div className={clsx('grid', heroLast)}>
                {isFirst ? (
                  <FirstRun endMs={data.open.endMs} />
                ) : (
                  <Hero answer={newest} day={day} format={format} />
                )}
              </div>
              <WindowClock open={data.open} ended={endedWindow(newest)} format={format}>
                {!url.kiosk && parts.generate?.(data)}
              </WindowClock>
            </div>
            <div className="max-sm:order-1">
              <KpiTiles answer={newest} format={format} />
            </div>
            <Card aria-label="Sales" className="group">
              <Tabs
                value={url.view}
                onValueChange={(view) => change({ view: view === 'table' ? 'table' : 'chart' })}
              >
                <div className="mb-3 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
                  <h2 className="font-medium text-base">{chartTitle(data.answer, url, format)}</h2>
                  <div className="flex items-center gap-4">
                    {isHeld && data.answer.live && (
                      <NewWindows
                        held={data.answer}
                        windowSeconds={data.answer.windowSeconds}
                        onCatchUp={catchUp}
                      />
                    )}
                    <TabList aria-label="View" className="border-none">
                      <Tab value="chart">Chart</Tab>
                      <Tab value="table">Table</Tab>
                    </TabList>
                  </div>
                </div>
                <div className={clsx('mb-2 print:hidden', url.kiosk && KIOSK_TOOLS)}>
                  <Toolbar
                    answer={data.answer}
                    url={url}
                    format={format}
                    isZoomed={zoom.isZoomed}
                    onBack={zoom.back}
                    onChange={change}
                  >
                    {parts.view?.(data)}
                    {parts.export?.(data)}
                  </Toolbar>
                </div>
                <TabPanel value="chart">
                  {isFirst ? (
                    <SampleChart endMs={data.open.endMs} format={format} />
                  ) : (
                    <NearView className="h-60 sm:h-75">
                      <ChartPanel
                        answer={data.answer}
                        open={paused ? data.answer.open : data.open}
                        previous={previous}
                        url={url}
                        format={format}
                        onChange={change}
                        onZoom={zoom.zoomTo}
                        onBack={zoom.back}
                        onReading={setIsReading}
                      />
                    </NearView>
                  )}
                  {parts.overview?.(data)}
                </TabPanel>
                <TabPanel value="table">{parts.table?.(data)}</TabPanel>
              </Tabs>
              {!url.kiosk && parts.reconciliation?.(data)}
            </Card>
            {!url.kiosk && (
              <div className={clsx('grid gap-6 max-sm:order-2 print:hidden', insideColumns)}>
                <div id="pipeline" className="min-h-72 min-w-0">
                  {parts.pipeline?.(data)}
                </div>
                <div className="min-h-57 min-w-0">{parts.receipts?.(data)}</div>
              </div>
            )}
            {parts.inspector?.(data)}
            {!url.kiosk && (
              <footer className="flex flex-wrap items-center justify-between gap-4 border-line border-t pt-4 text-muted text-xs max-sm:order-3">
                <p>
                  Totals are read from the window results in S3; the open window is what the consumer says so
                  far.
                </p>
                {parts.cost?.(data)}
                {parts.mischief?.(data)}
              </footer>
            )}
            {parts.notices?.({ ...data, answer: newest })}
            <Announcer answer={newest} format={format} />
          </>
        )}
      </main>
      {isSheetOpen && <KeyboardSheet onClose={() => setIsSheetOpen(false)} />}
    </div>
  );
}

/** Today, and there has never been a sale: nothing closed, nothing waiting, nothing in the open window. */
function isFirstRun(answer: WindowsAnswer, openRecords: number | null): boolean {
  // A window that has just ended may be waited for although nothing is in it.
  const isUntouched = answer.slots.every(
    ({ state, soFar }) =>
      ['before', 'future', 'open'].includes(state) || (state === 'closing' && soFar.recordCount === 0),
  );
  return answer.live && answer.newest === null && isUntouched && (openRecords ?? 0) === 0;
}

/** The newest window that has ended and of which there is something to say. */
function endedWindow({ slots, live, stepSeconds, windowSeconds }: WindowsAnswer) {
  if (!live || stepSeconds > windowSeconds) return undefined;
  return slots.findLast((slot) => ['closed', 'closing', 'late'].includes(slot.state));
}

function useKeys({
  url,
  change,
  pause,
  showSheet,
  back,
}: {
  url: ReturnType<typeof useUrlState>[0];
  change: ReturnType<typeof useUrlState>[1];
  pause: () => void;
  showSheet: () => void;
  back: () => void;
}): void {
  const days = useDays();
  usePageKeys(
    useMemo(() => {
      const today = new Date(days?.serverNowMs ?? 0).toISOString().slice(0, 10);
      const names = (days?.days ?? []).map((each) => (each.day === today ? 'today' : each.day));
      const { earlier, later } = daysBeside(names, url.day === today ? 'today' : url.day);
      const go = (to: string | null) => {
        if (to !== null) change({ day: to, range: to === 'today' ? '1h' : 'day' });
      };
      return {
        ' ': pause,
        '?': showSheet,
        '[': () => go(earlier),
        ']': () => go(later),
        t: () => change({ view: url.view === 'table' ? 'chart' : 'table' }),
        escape: () => (url.w === null ? back() : change({ w: null })),
      };
    }, [days, url, change, pause, showSheet, back]),
  );
}
