'use client';

import { useEffect, useMemo, useState } from 'react';
import { Banner } from '@/components/banner';
import { ChartPanel } from '@/components/chart-panel';
import { Announcer } from '@/components/dashboard-announcer';
import { parts } from '@/components/dashboard-parts';
import { Hero } from '@/components/hero';
import { KpiTiles } from '@/components/kpi-tiles';
import { Toolbar } from '@/components/toolbar';
import { TopBar } from '@/components/top-bar';
import { Card } from '@/components/ui/card';
import { Tab, TabList, TabPanel, Tabs } from '@/components/ui/tabs';
import { WindowClock } from '@/components/window-clock';
import { createFormat } from '@/lib/format';
import { useUrlState } from '@/lib/use-url-state';
import { useWindows } from '@/lib/use-windows';

/** The one root that holds the data; everything below takes props. */
export function Dashboard({ currency }: { currency: string }) {
  const [url, change] = useUrlState();
  const [paused, setPaused] = useState(false);
  const { answer, open, previous, problem, retry } = useWindows({
    day: url.day,
    range: url.range,
    cmp: url.cmp,
    paused,
  });
  const format = useMemo(() => createFormat({ currency, zone: url.tz }), [currency, url.tz]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const busy =
        event.target instanceof Element &&
        event.target.closest('input, select, textarea, button, a, [role="tab"], [role="dialog"]') !== null;
      if (event.key !== ' ' || busy) return;
      event.preventDefault();
      setPaused((now) => !now);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const status = paused
    ? 'Paused'
    : problem !== null
      ? 'Reconnecting'
      : answer === undefined
        ? 'Loading'
        : answer.live
          ? 'Live'
          : 'Past range';
  const data = answer !== undefined && open !== undefined ? { answer, open, format, url, change } : null;
  return (
    <>
      <TopBar
        url={url}
        status={status}
        paused={paused}
        onPause={() => setPaused(!paused)}
        onChange={change}
      />
      <main className="mx-auto flex max-w-[1248px] flex-col gap-6 p-4 sm:p-6">
        {data !== null && (
          <Banner problem={problem} live={answer?.live === true && !paused} onRetry={retry} />
        )}
        {data === null && (
          <div className="min-h-[900px] text-muted">
            {problem === null ? (
              'Reading the windows…'
            ) : (
              <Banner problem={problem} live={answer?.live === true && !paused} onRetry={retry} />
            )}
          </div>
        )}
        {data !== null && (
          <>
            <div className="grid items-start gap-6 lg:grid-cols-[7fr_5fr]">
              <Hero answer={data.answer} format={format} />
              <WindowClock
                open={data.open}
                waiting={data.answer.slots.findLast(
                  (slot) => slot.state === 'closing' || slot.state === 'late',
                )}
                format={format}
              >
                {parts.generate?.(data)}
              </WindowClock>
            </div>
            <KpiTiles answer={data.answer} format={format} />
            <Card aria-label="Sales">
              <Tabs
                value={url.view}
                onValueChange={(view) => change({ view: view === 'table' ? 'table' : 'chart' })}
              >
                <div className="mb-4 flex flex-wrap items-center justify-between gap-4">
                  <h2 className="font-medium text-base">
                    Sales per {data.answer.stepSeconds}-second bar,{' '}
                    {url.tz === 'utc' ? 'UTC' : `local time (${format.zoneName(data.answer.fromMs)})`}
                  </h2>
                  <TabList aria-label="View">
                    <Tab value="chart">Chart</Tab>
                    <Tab value="table">Table</Tab>
                  </TabList>
                </div>
                <div className="mb-4 flex flex-wrap gap-2">
                  <Toolbar answer={data.answer} url={url} onChange={change} />
                  {parts.export?.(data)}
                </div>
                <TabPanel value="chart">
                  <ChartPanel
                    answer={data.answer}
                    open={data.open}
                    previous={previous}
                    url={url}
                    format={format}
                    onChange={change}
                  />
                </TabPanel>
                <TabPanel value="table">{parts.table?.(data)}</TabPanel>
              </Tabs>
              {parts.reconciliation?.(data)}
            </Card>
            <div className="grid gap-6 lg:grid-cols-[5fr_7fr]">
              {parts.pipeline?.(data)}
              {parts.receipts?.(data)}
            </div>
            {parts.inspector?.(data)}
            <Announcer answer={data.answer} format={format} />
          </>
        )}
      </main>
    </>
  );
}
