'use client';

import dynamic from 'next/dynamic';
import { useMemo, useState } from 'react';
import { InvocationList } from '@/components/clicks/invocation-list';
import { Receipt } from '@/components/clicks/receipt';
import { forgetClicks, useClicks } from '@/components/live/click-store';
import type { PageData } from '@/components/live/page-data';
import { usePageKeys } from '@/components/live/use-page-keys';
import { usePlace } from '@/components/live/use-place';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Tab, TabList, TabPanel, Tabs } from '@/components/ui/tabs';
import { RejectedList } from '@/components/window/rejected-list';
import type { Click } from '@/lib/contract/click';
import { utcDate } from '@/lib/core/window';

// The stream is read only for those who look.
const RecordsTab = dynamic(
  () => import('@/components/records/records-tab').then((module) => module.RecordsTab),
  {
    ssr: false,
    loading: () => <div className="h-110" />,
  },
);

const CustomersTab = dynamic(
  () => import('@/components/window/customers-tab').then((module) => module.CustomersTab),
  {
    ssr: false,
    loading: () => <div className="h-110" />,
  },
);

const FIRST = 4;

/**
 * What this browser's clicks got back and where their records are by now; what flows through the stream; what was no sale;
 * the producer's answers.
 */
export function Receipts(data: PageData) {
  const { answer, format, url, isReplay } = data;
  const [tab, setTab] = useState('receipts');
  const [filterAsks, setFilterAsks] = useState(0);
  const place = usePlace();
  const clicks = useClicks(place);
  const rejected = answer.slots.reduce((sum, slot) => sum + slot.rejected, 0);
  const day = url.day === 'today' ? utcDate(answer.toMs - 1) : url.day;
  const choose = (next: string) => {
    setTab(next);
    setFilterAsks(0);
  };
  usePageKeys(
    useMemo(() => {
      const askForFilter = () => {
        setTab('records');
        setFilterAsks((asks) => asks + 1);
      };
      return isReplay ? {} : { '/': askForFilter };
    }, [isReplay]),
  );
  return (
    <Card className="h-full" aria-label="Receipts, records and invocations">
      <Tabs value={tab} onValueChange={choose}>
        <TabList
          aria-label="Look inside"
          className="mb-2 overflow-x-auto overflow-y-hidden max-sm:gap-x-2.5 max-sm:[&_button]:shrink-0 max-sm:[&_button]:text-xs"
        >
          <Tab value="receipts">Receipts</Tab>
          {!isReplay && (
            <>
              <Tab value="records">Records</Tab>
              <Tab value="rejected">
                Rejected
                {rejected > 0 && <span className="max-[380px]:hidden"> ({format.count(rejected)})</span>}
              </Tab>
            </>
          )}
          <Tab value="customers">Customers</Tab>
          <Tab value="invocations">Invocations</Tab>
        </TabList>
        <TabPanel value="receipts">
          <ReceiptList {...data} clicks={clicks} />
        </TabPanel>
        {!isReplay && (
          <>
            <TabPanel value="records">
              <RecordsTab {...data} filterAsks={filterAsks} />
            </TabPanel>
            <TabPanel value="rejected">
              <p className="py-2 text-muted text-xs">
                Records of {day} (UTC) that are not sales: never added, never lost. The newest 50.
              </p>
              <RejectedList day={day} within={null} version={rejected} format={format} />
            </TabPanel>
          </>
        )}
        <TabPanel value="customers">
          <CustomersTab {...data} />
        </TabPanel>
        <TabPanel value="invocations">
          <InvocationList clicks={clicks} format={format} />
          {!isReplay && clicks.length > 0 && place !== null && (
            <Button look="quiet" className="-ml-2" onClick={() => forgetClicks(place)}>
              Forget all receipts
            </Button>
          )}
        </TabPanel>
      </Tabs>
    </Card>
  );
}

function ReceiptList({ format, change, clicks, isReplay }: PageData & { clicks: readonly Click[] }) {
  const [isAll, setIsAll] = useState(false);
  const sent = clicks.filter((click) => click.receipt !== null);
  const shown = isAll ? sent : sent.slice(0, FIRST);
  if (sent.length === 0) {
    return (
      <p className="py-2 text-muted">
        {isReplay
          ? 'By this time no receipt had come to the browser that made the file.'
          : 'No click from here has left a receipt yet.'}
      </p>
    );
  }
  return (
    <>
      <ol className="flex flex-col divide-y divide-line">
        {shown.map((click) => (
          <Receipt key={click.id} click={click} format={format} onOpen={(w) => change({ w })} />
        ))}
      </ol>
      {sent.length > FIRST && (
        <Button look="quiet" className="-ml-2" onClick={() => setIsAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show all ${sent.length}`}
        </Button>
      )}
    </>
  );
}
