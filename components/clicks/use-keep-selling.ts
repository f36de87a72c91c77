import { useEffect, useRef, useState } from 'react';

/** Sales are forgotten easily: they end by themselves. */
export const KEEP_SELLING_MS = 10 * 60_000;
/** One failure may pass; the second in a row ends it. */
const MAX_FAILURES = 2;

export type Stopped = 'time' | 'hidden' | 'failure';

/** Sends again and again, the next a pause after the last: never two at once, never in a tab that nobody sees. */
export function useKeepSelling(send: () => Promise<boolean>, everyMs: number) {
  const [untilMs, setUntilMs] = useState<number | null>(null);
  const [stopped, setStopped] = useState<Stopped | null>(null);
  const latest = useRef(send);
  latest.current = send;
  useEffect(() => {
    if (untilMs === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let isOver = false;
    const stop = (why: Stopped) => {
      setStopped(why);
      setUntilMs(null);
    };
    const next = async () => {
      if (Date.now() >= untilMs) return stop('time');
      failures = (await latest.current()) ? 0 : failures + 1;
      if (isOver) return;
      if (failures >= MAX_FAILURES) return stop('failure');
      timer = setTimeout(() => void next(), everyMs);
    };
    const onVisibility = () => document.visibilityState === 'hidden' && stop('hidden');
    document.addEventListener('visibilitychange', onVisibility);
    void next();
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [untilMs, everyMs]);
  return {
    untilMs,
    stopped,
    toggle: (on: boolean) => {
      setStopped(null);
      setUntilMs(on ? Date.now() + KEEP_SELLING_MS : null);
    },
  };
}
