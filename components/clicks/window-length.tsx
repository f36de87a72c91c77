'use client';

import { useState } from 'react';
import { useRuntime, useRuntimeAction } from '@/components/live/use-runtime';
import { lengthShort } from '@/components/ui/format';
import { say } from '@/components/ui/notice';
import { Segmented } from '@/components/ui/segmented';

/** Windows that close 20 times as often, for whoever does not want to wait; only where the local runtime is. */
export function WindowLength() {
  const lapse = useRuntime()?.timeLapse ?? null;
  const act = useRuntimeAction();
  const [isBusy, setIsBusy] = useState(false);
  if (lapse === null) return null;
  const choose = async (length: 'usual' | 'lapse') => {
    if (isBusy || (length === 'lapse') === lapse.isOn) return;
    setIsBusy(true);
    const said = await act(length === 'lapse' ? 'time-lapse' : 'real-time');
    if (!said.ok) say(said);
    setIsBusy(false);
  };
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden="true" className="text-muted text-xs max-sm:hidden">
        Windows
      </span>
      <Segmented
        label="Windows"
        options={[
          ['usual', lengthShort(lapse.usualSeconds)],
          ['lapse', lengthShort(lapse.lapseSeconds)],
        ]}
        value={lapse.isOn ? 'lapse' : 'usual'}
        onChange={(length) => void choose(length)}
      />
    </span>
  );
}
