'use client';

import dynamic from 'next/dynamic';
import { useOnline } from '@/components/dashboard/banner';
import type { Connection } from '@/components/live/page-data';
import { staleSeconds, useTicking } from '@/components/live/server-clock';
import { untilLoaded } from '@/components/live/until-loaded';
import { Button } from '@/components/ui/button';
import { Popover } from '@/components/ui/popover';

const ConnectionDetails = dynamic(
  () =>
    untilLoaded(() =>
      import('@/components/dashboard/connection-details').then((module) => module.ConnectionDetails),
    ),
  { ssr: false, loading: () => <div className="h-17" /> },
);

/** A dot and a word, and behind them how the page comes to its data. Of fixed width: the bar never moves. */
export function LiveStatus(connection: Connection) {
  const isOnline = useOnline();
  const stale = useTicking(staleSeconds, null);
  const word = statusWord(connection, isOnline, stale);
  const isGood = word === 'Live' || word === 'Past range';
  return (
    <Popover
      label="Connection"
      className="w-72 p-4"
      trigger={
        <Button
          look="quiet"
          data-testid="live-status"
          className="justify-end text-text max-sm:px-1 sm:min-w-26"
        >
          <span
            aria-hidden="true"
            className={
              isGood
                ? 'size-2 shrink-0 rounded-full bg-settled'
                : ['Paused', 'Loading', 'Reading'].includes(word)
                  ? 'size-2 shrink-0 rounded-full border border-control'
                  : 'size-2 shrink-0 rotate-45 bg-doubt'
            }
          />
          <span className="max-[380px]:sr-only">{word}</span>
        </Button>
      }
    >
      <ConnectionDetails {...connection} />
    </Popover>
  );
}

export function statusWord(
  { answer, problem, paused }: Connection,
  isOnline: boolean,
  stale: number | null,
): string {
  if (!isOnline) return 'Offline';
  if (paused) return 'Paused';
  if (answer === null) return problem === null ? 'Loading' : 'Reconnecting';
  // What takes long to read for the first time is not old: how much is left is said with the figures.
  if (answer.live && answer.reading !== null) return 'Reading';
  if (answer.live && stale !== null) return `Stale ${stale} s`;
  if (problem !== null) return 'Reconnecting';
  return answer.live ? 'Live' : 'Past range';
}
