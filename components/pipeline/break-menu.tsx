'use client';

import { useState } from 'react';
import { forgetClicks } from '@/components/live/click-store';
import { usePlace } from '@/components/live/use-place';
import { useRuntimeAction } from '@/components/live/use-runtime';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
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
  const place = usePlace();
  const [isAsking, setIsAsking] = useState(false);
  const act = async (action: RuntimeAction) => {
    const answer = await run(action);
    if (answer.ok && action === 'reset' && place !== null) forgetClicks(place);
    say(answer);
  };
  const isSensible = (action: RuntimeAction) =>
    runtime.actions.includes(action) &&
    !(action === 'stop-consumer' && runtime.consumerStopped) &&
    !(action === 'start-consumer' && !runtime.consumerStopped);
  return (
    <>
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
        <hr className="my-1 border-line" />
        <MenuItem onSelect={() => void act('demo-day')}>Load a demo day</MenuItem>
        <MenuItem onSelect={() => setIsAsking(true)}>Reset local data…</MenuItem>
      </Menu>
      <Dialog title="Reset local data?" open={isAsking} onClose={() => setIsAsking(false)}>
        <p className="mb-4">
          This deletes the stream, the results and the logs
          {runtime.dataDir === null ? '' : ` in ${runtime.dataDir}`}, and the receipts of this browser. It
          cannot be undone.
        </p>
        <div className="flex gap-2">
          <Button
            look="primary"
            onClick={() => {
              setIsAsking(false);
              void act('reset');
            }}
          >
            Delete everything
          </Button>
          <Button onClick={() => setIsAsking(false)}>Keep it</Button>
        </div>
      </Dialog>
    </>
  );
}
