'use client';

import { useEffect, useRef, useState } from 'react';
import type { Format } from '@/components/ui/format';
import type { WindowsAnswer } from '@/lib/contract/answers';

/** Says each closed window once, politely; what was closed before the page came is not news. */
export function Announcer({ answer, format }: { answer: WindowsAnswer; format: Format }) {
  const [words, setWords] = useState('');
  const said = useRef<number | null>(null);
  const closed = answer.slots.findLast((slot) => slot.state === 'closed');
  useEffect(() => {
    if (!answer.live) return;
    const startMs = closed?.startMs ?? 0;
    if (said.current !== null && closed !== undefined && startMs > said.current) {
      setWords(
        `${format.range(closed.startMs, closed.endMs).replace('–', ' to ')} closed: ${format.money(closed.salesCents)} from ${format.records(closed.recordCount)}.`,
      );
    }
    said.current = Math.max(said.current ?? 0, startMs);
  }, [closed, format, answer.live]);
  return (
    <p role="status" className="sr-only">
      {words}
    </p>
  );
}
