import type { ReactNode } from 'react';
import { CostMeter } from '@/components/cost-meter';
import { ExportMenu } from '@/components/export-menu';
import { Generate } from '@/components/generate';
import { Inspector } from '@/components/inspector';
import { Pipeline } from '@/components/pipeline';
import { Receipts } from '@/components/receipts';
import { Reconciliation } from '@/components/reconciliation';
import { WindowTable } from '@/components/window-table';
import type { WindowsAnswer } from '@/lib/answers';
import type { Slot } from '@/lib/core/slot';
import type { Format } from '@/lib/format';
import type { UrlState } from '@/lib/url-state';

/** What every part of the page is given. The same object as long as nothing in it is news. */
export interface PageData {
  /** What is shown: its slots are those of the range on screen, which stands still while someone reads. */
  readonly answer: WindowsAnswer;
  readonly open: Slot;
  readonly format: Format;
  readonly url: UrlState;
  readonly change: (change: Partial<UrlState>) => void;
}

/** `mischief` and `cost` stand in the foot of the page; all others where the layout says. */
type Place =
  | 'generate'
  | 'export'
  | 'table'
  | 'reconciliation'
  | 'pipeline'
  | 'receipts'
  | 'inspector'
  | 'mischief'
  | 'cost';

/** The named places of the page; a place without a part stays blank. */
export const parts: Readonly<Partial<Record<Place, (data: PageData) => ReactNode>>> = {
  generate: (data) => <Generate {...data} />,
  export: (data) => <ExportMenu {...data} />,
  table: (data) => <WindowTable {...data} />,
  reconciliation: (data) => <Reconciliation {...data} />,
  pipeline: (data) => <Pipeline {...data} />,
  receipts: (data) => <Receipts {...data} />,
  inspector: (data) => <Inspector {...data} />,
  cost: (data) => <CostMeter {...data} />,
};
