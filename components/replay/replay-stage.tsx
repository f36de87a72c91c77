'use client';

import { useEffect, useRef, useState } from 'react';
import { useUrlState } from '@/components/live/use-url-state';
import { ReplayDrop } from '@/components/replay/replay-drop';
import { ReplayPage, type ReplayPageProps } from '@/components/replay/replay-page';
import { ReplaySession } from '@/components/replay/replay-session';
import { Button } from '@/components/ui/button';
import { chooseFile } from '@/components/ui/choose-file';
import { Dialog } from '@/components/ui/dialog';
import { ReplayFileError, readReplay } from '@/lib/contract/replay-file';
import { isOfMoreDays, isSpan, type NamedRange } from '@/lib/core/range';

export interface ReplayProps {
  /** Null until there is one. */
  readonly file: File | null;
  readonly View: ReplayPageProps['View'];
  /** Another file, or none any more. */
  readonly onFile: (file: File | null) => void;
  readonly onPlaying: (isPlaying: boolean) => void;
}

/** Reads a file and plays it in the page's place. A file that cannot be played takes nothing away. */
export function Replay({ file, View, onFile, onPlaying }: ReplayProps) {
  const [session, setSession] = useState<ReplaySession | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [url, change] = useUrlState();
  const playing = useRef<ReplaySession | null>(null);
  /** Where the page was before the first file, to go back there. */
  const before = useRef(url);

  const begin = (next: ReplaySession) => {
    if (playing.current === null) before.current = url;
    playing.current?.end();
    playing.current = next;
    next.begin();
    change({ range: isOfAnyDay(url.range) ? url.range : '1h', w: null });
    setSession(next);
    onPlaying(true);
  };
  const close = () => {
    playing.current?.end();
    playing.current = null;
    change({ range: before.current.range, w: null });
    setSession(null);
    onPlaying(false);
    onFile(null);
  };

  const latest = useRef(begin);
  latest.current = begin;
  useEffect(() => {
    if (file === null) return;
    let isOver = false;
    readReplay(file).then(
      (read) => {
        if (isOver) return;
        setProblem(null);
        latest.current(new ReplaySession(read));
      },
      (error: unknown) => {
        if (isOver) return;
        const words = error instanceof Error ? error.message : String(error);
        setProblem(error instanceof ReplayFileError ? words : `${file.name} cannot be read: ${words}`);
      },
    );
    return () => {
      isOver = true;
    };
  }, [file]);

  return (
    <>
      <ReplayDrop />
      {session !== null && (
        <ReplayPage key={session.number} session={session} View={View} onFile={onFile} onClose={close} />
      )}
      {problem !== null && (
        <Dialog title="This file cannot be replayed" open onClose={() => setProblem(null)}>
          <p role="alert" className="break-words">
            {problem}
          </p>
          <Button className="mt-4" onClick={() => chooseFile(onFile)}>
            Choose another file
          </Button>
        </Dialog>
      )}
    </>
  );
}

/** A range that was zoomed into is of its own day. */
function isOfAnyDay(range: NamedRange): boolean {
  return !isOfMoreDays(range) && !isSpan(range);
}
