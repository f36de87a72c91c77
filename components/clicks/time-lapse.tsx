'use client';

import { useState } from 'react';
import { useRuntime, useRuntimeAction } from '@/components/live/use-runtime';
import type { Said } from '@/components/ui/notice';
import { Switch } from '@/components/ui/switch';

/** Windows that close 20 times as often, for whoever does not want to wait; only where the local runtime is. */
export function TimeLapse() {
  const lapse = useRuntime()?.timeLapse ?? null;
  const act = useRuntimeAction();
  const [isBusy, setIsBusy] = useState(false);
  const [said, setSaid] = useState<Said | null>(null);
  if (lapse === null) return null;
  const change = async (isOn: boolean) => {
    if (isBusy) return;
    setIsBusy(true);
    setSaid(await act(isOn ? 'time-lapse' : 'real-time'));
    setIsBusy(false);
  };
  return (
    <span className="ml-auto" title={`Windows of ${lapse.lapseSeconds} s instead of ${lapse.usualSeconds} s`}>
      <Switch label="20× faster" checked={lapse.isOn} onChange={(isOn) => void change(isOn)} />
      <span role="status" className={said?.ok === false ? 'block text-error text-xs' : 'sr-only'}>
        {said?.words}
      </span>
    </span>
  );
}
