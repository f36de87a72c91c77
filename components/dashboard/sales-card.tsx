import { chartTitle } from '@/components/chart/chart-words';
import type { useZoom } from '@/components/chart/use-zoom';
import { ChartPanel, PARTS, ReconciliationPlace } from '@/components/dashboard/dashboard-parts';
import { type HeldRange, windowsSince } from '@/components/dashboard/held-range';
import { SampleChart } from '@/components/dashboard/sample-chart';
import type { PageData, Source } from '@/components/live/page-data';
import { serverNow, useTicking } from '@/components/live/server-clock';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Icon } from '@/components/ui/icon';
import { NearView } from '@/components/ui/near-view';
import { PartBoundary } from '@/components/ui/part-boundary';
import { Popover } from '@/components/ui/popover';
import { Tab, TabList, TabPanel, Tabs } from '@/components/ui/tabs';
import { useNarrow } from '@/components/ui/use-narrow';

interface SalesCardProps {
  readonly data: PageData;
  readonly source: Pick<Source, 'previous' | 'paused'>;
  readonly isFirst: boolean;
  readonly zoom: ReturnType<typeof useZoom>;
  readonly onReading: (isReading: boolean) => void;
  /** The way to what has come while the range is held; null while it is not. */
  readonly onCatchUp: (() => void) | null;
}

/** The windows as bars or as rows, which of them, and whether what was sent is among them. On a wall the bars alone. */
export function SalesCard({ data, source, isFirst, zoom, onReading, onCatchUp }: SalesCardProps) {
  const { answer, url, format, change } = data;
  const title = chartTitle(answer, url, format);
  const isNarrow = useNarrow();
  const toolbar = PARTS.toolbar({ ...data, zoom });
  const chart = isFirst ? (
    <div className="pb-6">
      <SampleChart endMs={answer.open.endMs} format={format} />
    </div>
  ) : (
    <NearView className="box-content h-(--chart-height) pb-6">
      <PartBoundary name="The chart">
        <ChartPanel
          answer={answer}
          previous={source.previous}
          paused={source.paused}
          url={url}
          format={format}
          onChange={change}
          onZoom={zoom.zoomTo}
          onBack={zoom.back}
          onReading={onReading}
        />
      </PartBoundary>
    </NearView>
  );
  if (url.kiosk) {
    return (
      <Card aria-label="Sales">
        <h2 className="mb-3 font-medium text-base">{title}</h2>
        {chart}
      </Card>
    );
  }
  return (
    <Card aria-label="Sales" className="h-full max-sm:p-3">
      <Tabs value={url.view} onValueChange={(view) => change({ view: view === 'table' ? 'table' : 'chart' })}>
        <div className="mb-2 flex flex-wrap items-center justify-between gap-x-6 gap-y-1">
          <h2 className="font-medium text-base max-sm:text-xs">{title}</h2>
          <div className="flex items-center gap-x-4 gap-y-1 max-sm:w-full max-sm:flex-wrap print:hidden">
            {onCatchUp !== null && (
              <NewWindows held={answer} windowSeconds={answer.windowSeconds} onCatchUp={onCatchUp} />
            )}
            <TabList aria-label="View" className="border-none">
              <Tab value="chart">Chart</Tab>
              <Tab value="table">Table</Tab>
            </TabList>
            {isNarrow && (
              <Popover
                label="Range and view"
                className="w-[calc(100vw-16px)] p-3"
                trigger={
                  <Button className="ml-auto">
                    <Icon name="sliders" />
                    Range and view
                  </Button>
                }
              >
                {toolbar}
              </Popover>
            )}
          </div>
        </div>
        {!isNarrow && <div className="mb-2 print:hidden">{toolbar}</div>}
        <TabPanel value="chart">
          {chart}
          {PARTS.overview(data)}
        </TabPanel>
        <TabPanel value="table">{PARTS.table(data)}</TabPanel>
      </Tabs>
      {isFirst ? <ReconciliationPlace /> : PARTS.reconciliation(data)}
    </Card>
  );
}

/** While the range is held: how much has come since, and the way to it. */
function NewWindows({
  held,
  windowSeconds,
  onCatchUp,
}: {
  held: HeldRange;
  windowSeconds: number;
  onCatchUp: () => void;
}) {
  const count = useTicking(() => windowsSince(held, windowSeconds, serverNow()), 0);
  if (count === 0) return null;
  return (
    <Button data-testid="new-windows" className="border-focus text-focus" onClick={onCatchUp}>
      {count} new {count === 1 ? 'window' : 'windows'}
    </Button>
  );
}
