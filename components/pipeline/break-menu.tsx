'use client';

import { useRuntimeAction } from '@/components/live/use-runtime';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem } from '@/components/ui/menu';
import { say } from '@/components/ui/notice';
import type { RuntimeAction, RuntimeAnswer } from '@/lib/contract/runtime-answer';

/** In this order; what the runtime does not offer, or what makes no sense now, is left out. */
const WORDS: readonly (readonly [action: RuntimeAction, words: string])[] = [
  ['late-record', 'Send a record that comes late'],
  ['poison-record', 'Send a record that is no sale'],
  ['consumer-error', 'Let the consumer fail once'],
  ['consumer-crash', 'Crash the consumer once'],
  ['duplicate-delivery', 'Deliver a batch twice'],
  ['split-shard', 'Split a shard'],
  ['merge-shards', 'Merge two shards'],
  ['stop-consumer', 'Stop the consumer'],
  ['start-consumer', 'Start the consumer'],
];

/** What can go wrong with a stream, to be seen going wrong. Only where the local runtime is. */
export function BreakMenu({ runtime }: { runtime: RuntimeAnswer }) {
  const run = useRuntimeAction();
  const act = async (action: RuntimeAction) => {
    const answer = await run(action);
    say(answer);
  };
  const isSensible = (action: RuntimeAction) =>
    runtime.actions.includes(action) &&
    !(action === 'stop-consumer' && runtime.consumerStopped) &&
    !(action === 'start-consumer' && !runtime.consumerStopped);
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
      {WORDS.filter(([action]) => isSensible(action)).map(([action, words]) => (
        <MenuItem key={action} onSelect={() => void act(action)}>
          {words}
        </MenuItem>
      ))}
    </Menu>
  );
}
