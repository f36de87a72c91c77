'use client';

import { clsx } from 'clsx';
import dynamic from 'next/dynamic';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { chartTitle } from '@/components/chart/chart-words';
import { useZoom } from '@/components/chart/use-zoom';
import { Announcer } from '@/components/dashboard/announcer';
import { useDashboardKeys } from '@/components/dashboard/dashboard-keys';
import { loadParts, parts } from '@/components/dashboard/dashboard-parts';
import { FirstRun, SampleChart } from '@/components/dashboard/first-run';
import { Hero } from '@/components/dashboard/hero';
import { KpiTiles } from '@/components/dashboard/kpi-tiles';
import { NewWindows } from '@/components/dashboard/new-windows';
import { Skeleton } from '@/components/dashboard/skeleton';
import { TopBar } from '@/components/dashboard/top-bar';
import { useFirstRun } from '@/components/dashboard/use-first-run';
import { useHeldAnswer } from '@/components/dashboard/use-held-answer';
import { WindowClock } from '@/components/dashboard/window-clock';
import { useMissingMarked } from '@/components/live/missing-slots';
import type { PageData, PageViewProps } from '@/components/live/page-data';
import { untilLoaded } from '@/components/live/until-loaded';
import { Toolbar } from '@/components/toolbar/toolbar';
import { Card } from '@/components/ui/card';
import { createFormat } from '@/components/ui/format';
import { NearView } from '@/components/ui/near-view';
import { Tab, TabList, TabPanel, Tabs } from '@/components/ui/tabs';
import type { WindowsAnswer } from '@/lib/contract/answers';
import { rangeText } from '@/lib/core/range';

const loadChart = () =>
  untilLoaded(() => import('@/components/chart/chart-panel').then((module) => module.ChartPanel));
const loadSheet = () =>
  untilLoaded(() => import('@/components/dashboard/keyboard-sheet').then((module) => module.KeyboardSheet));

const ChartPanel = dynamic(loadChart, {
  ssr: false,
  loading: () => <div className="h-60 sm:h-75" />,
});
const KeyboardSheet = dynamic(loadSheet, { ssr: false });

/** All of the page that comes by itself later: a replay may be shown without a server to load it from. */
export function loadView(): Promise<unknown> {
  return Promise.all([loadChart(), loadSheet(), loadParts()]);
}

/** Nothing to press on a wall, unless someone comes near. */
const KIOSK_TOOLS = 'opacity-0 focus-within:opacity-100 group-hover:opacity-100';

/** Two columns where the page has the width for them: 1024 px, or those and the drawer's 420. */
const COLUMNS = {
  alone: ['lg:grid-cols-[7fr_5fr]', 'max-lg:order-last', 'lg:grid-cols-[minmax(28rem,5fr)_7fr]'],
  beside: [
    'min-[1440px]:grid-cols-[7fr_5fr]',
    'max-[1440px]:order-last',
    'min-[1440px]:grid-cols-[minmax(28rem,5fr)_7fr]',
  ],
} as const;

/** The page, whatever its data comes from; everything below takes props. */
export function PageView(props: PageViewProps) {
  const { source, currency, url, onChange: change, onToggle, onFile, children } = props;
  const { answer, previous, paused, isReplay } = source;
  const [isReading, setIsReading] = useState(false);
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  const { day, range } = url;
  // On a wall and in a replay there is nothing to do to the pipeline, and nothing to see of it.
  const isAtWork = !url.kiosk && !isReplay;
  const isHeld = paused || isReading || url.w !== null;
  const shown = useMissingMarked(useHeldAnswer(answer, isHeld, `${day} ${rangeText(range)} ${source.jumps}`));
  const zoom = useZoom(url, change);
  const format = useMemo(() => createFormat({ currency, zone: url.tz }), [currency, url.tz]);
  const showSheet = useCallback(() => setIsSheetOpen(true), []);
  const catchUp = () => {
    if (paused) onToggle();
    setIsReading(false);
    change({ w: null });
  };
  useDashboardKeys({ url, change, pause: onToggle, showSheet, back: zoom.back });

  const data = useMemo<PageData | null>(
    () => (shown === null ? null : { answer: shown, format, url, change, isReplay, onFile }),
    [shown, format, url, change, isReplay, onFile],
  );
  // All parts at once are a long task on a phone: the first time they come in slices, between which it stays responsive.
  const isReady = useDeferredValue(data !== null);
  // Only chart and table stand still while they are read.
  const newest = answer ?? data?.answer;
  const isFirst = useFirstRun(data?.answer ?? null) && !isReplay;
  const [heroColumns, heroLast, insideColumns] = COLUMNS[url.w === null ? 'alone' : 'beside'];
  return (
    <div className={clsx(url.w !== null && 'lg:pr-[420px]')}>
      <TopBar
        url={url}
        connection={isReplay ? null : source}
        onPause={onToggle}
        onKeys={showSheet}
        onChange={change}
      />
      <main className="mx-auto flex max-w-[1248px] flex-col gap-6 p-4 sm:p-6">
        {children}
        {data === null || newest == null || !isReady ? (
          <Skeleton {...(source.problem !== null && { words: 'Nothing could be read yet' })} />
        ) : (
          <>
            <div className={clsx('grid gap-6', heroColumns)} data-first-run={isFirst}>
              <div className={clsx('grid', heroLast)}>
                {isFirst ? (
                  <FirstRun endMs={data.answer.open.endMs} />
                ) : (
                  <Hero answer={newest} day={day} isAlone={isReplay} format={format} />
                )}
              </div>
              <WindowClock
                open={newest.open}
                ended={endedWindow(newest)}
                format={format}
                hasPipeline={isAtWork}
              >
                {isAtWork && parts.generate(data)}
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
                    isReplay={isReplay}
                    isZoomed={zoom.isZoomed}
                    onBack={zoom.back}
                    onChange={change}
                  >
                    {parts.view(data)}
                    {parts.export(data)}
                  </Toolbar>
                </div>
                <TabPanel value="chart">
                  {isFirst ? (
                    <SampleChart endMs={data.answer.open.endMs} format={format} />
                  ) : (
                    <NearView className="h-60 sm:h-75">
                      <ChartPanel
                        answer={data.answer}
                        previous={previous}
                        paused={paused}
                        url={url}
                        format={format}
                        onChange={change}
                        onZoom={zoom.zoomTo}
                        onBack={zoom.back}
                        onReading={setIsReading}
                      />
                    </NearView>
                  )}
                  {parts.overview(data)}
                </TabPanel>
                <TabPanel value="table">{parts.table(data)}</TabPanel>
              </Tabs>
              {!url.kiosk && parts.reconciliation(data)}
            </Card>
            {!url.kiosk && (
              <div className={clsx('grid gap-6 max-sm:order-2 print:hidden', !isReplay && insideColumns)}>
                {!isReplay && (
                  <div id="pipeline" className="min-h-72 min-w-0">
                    {parts.pipeline(data)}
                  </div>
                )}
                <div className="min-h-57 min-w-0">{parts.receipts(data)}</div>
              </div>
            )}
            {parts.inspector(data)}
            {isAtWork && (
              <footer className="flex flex-wrap items-center justify-between gap-4 border-line border-t pt-4 text-muted text-xs max-sm:order-3">
                <p>
                  Totals are read from the window results in S3; the open window is what the consumer says so
                  far.
                </p>
                {parts.cost(data)}
              </footer>
            )}
            {!isReplay && parts.notices({ ...data, answer: newest })}
            {!isReplay && <Announcer answer={newest} format={format} />}
          </>
        )}
      </main>
      {isSheetOpen && <KeyboardSheet onClose={() => setIsSheetOpen(false)} />}
    </div>
  );
}

/** The newest window that has ended and of which there is something to say. */
function endedWindow({ slots, live, stepSeconds, windowSeconds }: WindowsAnswer) {
  if (!live || stepSeconds > windowSeconds) return undefined;
  return slots.findLast((slot) => ['closed', 'closing', 'late'].includes(slot.state));
}
