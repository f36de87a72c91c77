import { useCallback, useEffect, useState } from 'react';
import { serverNow } from '@/components/live/server-clock';
import { readStored, store } from '@/components/ui/browser-storage';

const KEY = 'guide-ended';

export interface GuideState {
  readonly isOn: boolean;
  /** Clicks from then on count; null when all do. */
  readonly sinceMs: number | null;
  readonly begin: () => void;
  readonly end: () => void;
}

/** Comes by itself on a first run, once; anew when somebody asks for it. */
export function useGuide(isFirst: boolean): GuideState {
  const [isOn, setIsOn] = useState(false);
  const [sinceMs, setSinceMs] = useState<number | null>(null);
  useEffect(() => {
    if (isFirst && readStored(KEY) === null) setIsOn(true);
  }, [isFirst]);
  const begin = useCallback(() => {
    setSinceMs(serverNow());
    setIsOn(true);
    window.scrollTo({ top: 0 });
  }, []);
  const end = useCallback(() => {
    store(KEY, '1');
    setIsOn(false);
  }, []);
  return { isOn, sinceMs, begin, end };
}
