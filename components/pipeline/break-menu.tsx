'use client';

import type { Deed, Fault } from '@/components/live/deed-store';
import { serverNow } from '@/components/live/server-clock';
import { useRuntimeAction } from '@/components/live/use-runtime';
import { LESSONS } from '@/components/pipeline/lessons';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem } from '@/components/ui/menu';
import { say } from '@/components/ui/notice';
import { RUNTIME_ACTIONS, type RuntimeAnswer } from '@/lib/contract/runtime-answer';

interface BreakMenuProps {
  readonly runtime: RuntimeAnswer;
  readonly onDone: (deed: Deed) => void;
}

/** What can go wrong with a stream, to be seen going wrong. Only where the local runtime is. */
export function BreakMenu({ runtime, onDone }: BreakMenuProps) {
  const run = useRuntimeAction();
  const act = async (fault: Fault) => {
    const atMs = serverNow();
    const said = await run(fault);
    if (said.ok) onDone({ fault, words: said.words, atMs });
    else say(said);
  };
  const isSensible = (fault: Fault) =>
    runtime.actions.includes(fault) &&
    !(fault === 'stop-consumer' && runtime.consumerStopped) &&
    !(fault === 'start-consumer' && !runtime.consumerStopped);
  const faults = RUNTIME_ACTIONS.filter((action): action is Fault => action in LESSONS);
  return (
    <Menu
      label="Break it"
      trigger={
        <Button>
          Break it
          <Icon name="down" />
        </Button>
      }
    >
      {faults.filter(isSensible).map((fault) => (
        <MenuItem key={fault} onSelect={() => void act(fault)}>
          {LESSONS[fault].name}
        </MenuItem>
      ))}
    </Menu>
  );
}
