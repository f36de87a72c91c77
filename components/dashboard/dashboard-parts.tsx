import dynamic from 'next/dynamic';
import type { ReactNode } from 'react';
import type { useZoom } from '@/components/chart/use-zoom';
import type { PageData } from '@/components/live/page-data';
import { untilLoaded } from '@/components/live/until-loaded';
import { PartBoundary } from '@/components/ui/part-boundary';
import { isSpan } from '@/lib/core/range';

// Apart from `dynamic`, whose own imports are other chunks than the same ones elsewhere: a replay loads them beforehand.
export const loadChart = () =>
  untilLoaded(() => import('@/components/chart/chart-panel').then((module) => module.ChartPanel));
const loadExportMenu = () =>
  untilLoaded(() => import('@/components/toolbar/export-menu').then((module) => module.ExportMenu));
const loadInspector = () =>
  untilLoaded(() => import('@/components/window/inspector').then((module) => module.Inspector));
const loadOverviewStrip = () =>
  untilLoaded(() => import('@/components/chart/overview-strip').then((module) => module.OverviewStrip));
const loadReceipts = () =>
  untilLoaded(() => import('@/components/clicks/receipts').then((module) => module.Receipts));
const loadReconciliation = () =>
  untilLoaded(() => import('@/components/clicks/reconciliation').then((module) => module.Reconciliation));
const loadToolbar = () =>
  untilLoaded(() => import('@/components/toolbar/toolbar').then((module) => module.Toolbar));
const loadViewMenu = () =>
  untilLoaded(() => import('@/components/toolbar/view-menu').then((module) => module.ViewMenu));
const loadWindowTable = () =>
  untilLoaded(() => import('@/components/window/window-table').then((module) => module.WindowTable));

// What is below the first view, or opened by a click, comes after the page is there.
export const ChartPanel = dynamic(loadChart, {
  ssr: false,
  loading: () => <div className="box-content h-(--chart-height) pb-6" />,
});
const CostMeter = dynamic(
  () => untilLoaded(() => import('@/components/dashboard/cost-meter').then((module) => module.CostMeter)),
  {
    ssr: false,
  },
);
const ExportMenu = dynamic(loadExportMenu, {
  ssr: false,
  loading: () => <span className="h-8 w-23" />,
});
const Inspector = dynamic(loadInspector, {
  ssr: false,
});
const LimitNotices = dynamic(
  () => untilLoaded(() => import('@/components/chart/limit-notices').then((module) => module.LimitNotices)),
  {
    ssr: false,
  },
);
const OverviewStrip = dynamic(loadOverviewStrip, {
  ssr: false,
  loading: () => <div className="mt-2 hidden h-13 md:block" />,
});
const Pipeline = dynamic(
  () => untilLoaded(() => import('@/components/pipeline/pipeline-card').then((module) => module.Pipeline)),
  {
    ssr: false,
  },
);
const Receipts = dynamic(loadReceipts, {
  ssr: false,
});
const Reconciliation = dynamic(loadReconciliation, {
  ssr: false,
  loading: () => <ReconciliationPlace />,
});
const Toolbar = dynamic(loadToolbar, {
  ssr: false,
  loading: () => <div className="h-8 sm:h-19" />,
});
const ViewMenu = dynamic(loadViewMenu, {
  ssr: false,
  loading: () => <span className="h-8 w-20" />,
});
const WindowTable = dynamic(loadWindowTable, {
  ssr: false,
});

/** As high as a sentence of it. */
export function ReconciliationPlace() {
  return <div className="mt-3 h-7.25 border-line border-t" />;
}

type Place =
  | 'overview'
  | 'table'
  | 'reconciliation'
  | 'pipeline'
  | 'receipts'
  | 'inspector'
  | 'notices'
  | 'cost';

/** What stands at the named places of the page. */
export const PARTS: Readonly<Record<Place, (data: PageData) => ReactNode>> & {
  readonly toolbar: (data: PageData & { readonly zoom: ReturnType<typeof useZoom> }) => ReactNode;
} = {
  toolbar: ({ zoom, ...data }) => (
    <Toolbar {...data} isZoomed={zoom.isZoomed} onBack={zoom.back} onChange={data.change}>
      <ViewMenu {...data} />
      <ExportMenu {...data} />
    </Toolbar>
  ),
  overview: ({ url, format, change }) =>
    isSpan(url.range) && !url.kiosk && <OverviewStrip span={url.range} format={format} onChange={change} />,
  table: (data) => <WindowTable {...data} />,
  reconciliation: (data) => <Reconciliation {...data} />,
  pipeline: (data) => (
    <PartBoundary name="The pipeline">
      <Pipeline {...data} />
    </PartBoundary>
  ),
  receipts: (data) => (
    <PartBoundary name="Receipts and records">
      <Receipts {...data} />
    </PartBoundary>
  ),
  inspector: (data) => (
    <PartBoundary name="The inspector">
      <Inspector {...data} />
    </PartBoundary>
  ),
  notices: (data) => data.url.limitCents !== null && <LimitNotices {...data} />,
  cost: (data) => <CostMeter {...data} />,
};

/** The parts that a replay shows, too. */
export function loadParts(): Promise<unknown> {
  return Promise.all([
    loadExportMenu(),
    loadInspector(),
    loadOverviewStrip(),
    loadReceipts(),
    loadReconciliation(),
    loadToolbar(),
    loadViewMenu(),
    loadWindowTable(),
  ]);
}
