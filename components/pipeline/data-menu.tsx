'use client';

import { useState } from 'react';
import { forgetClicks } from '@/components/live/click-store';
import type { PageData } from '@/components/live/page-data';
import { usePlace } from '@/components/live/use-place';
import { useRuntimeAction } from '@/components/live/use-runtime';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem } from '@/components/ui/menu';
import { say } from '@/components/ui/notice';
import type { RuntimeAnswer } from '@/lib/contract/runtime-answer';

/** What there is to look at: a day that is made up, or nothing at all. Only where the local runtime is. */
export function DataMenu({ change, runtime }: PageData & { readonly runtime: RuntimeAnswer }) {
  const run = useRuntimeAction();
  const place = usePlace();
  const [isAsking, setIsAsking] = useState(false);
  const loadDemoDay = async () => {
    const said = await run('demo-day');
    say(said);
    if (!said.ok) return;
    // The runtime says which day it is.
    const day = /\d{4}-\d\d-\d\d/.exec(said.words)?.[0];
    if (day !== undefined) change({ day, range: 'day', w: null });
  };
  const reset = async () => {
    setIsAsking(false);
    const said = await run('reset');
    if (said.ok && place !== null) forgetClicks(place);
    if (said.ok) change({ day: 'today', range: '1h', w: null });
    say(said);
  };
  return (
    <>
      <Menu
        label="Data"
        trigger={
          <Button>
            Data
            <Icon name="down" />
          </Button>
        }
      >
        {runtime.actions.includes('redrive') && (
          <MenuItem onSelect={() => void run('redrive').then(say)}>Put back what Lambda gave up</MenuItem>
        )}
        <MenuItem onSelect={() => void loadDemoDay()}>Load a demo day</MenuItem>
        <MenuItem onSelect={() => setIsAsking(true)}>Reset local data…</MenuItem>
      </Menu>
      <Dialog title="Reset local data?" open={isAsking} onClose={() => setIsAsking(false)}>
        <p className="mb-4">
          This deletes the stream, the results and the logs
          {runtime.dataDir === null ? '' : ` in ${runtime.dataDir}`}, and the receipts of this browser. It
          cannot be undone.
        </p>
        <div className="flex gap-2">
          <Button look="primary" onClick={() => void reset()}>
            Delete everything
          </Button>
          <Button onClick={() => setIsAsking(false)}>Keep it</Button>
        </div>
      </Dialog>
    </>
  );
}
