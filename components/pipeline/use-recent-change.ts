import { useEffect, useRef, useState } from 'react';

/** True for a while after the value has changed; what was there before the page came is not news. */
export function useRecentChange(value: string | number | null, forMs: number): boolean {
  const known = useRef(value);
  const [isRecent, setIsRecent] = useState(false);
  useEffect(() => {
    if (known.current === value) return;
    known.current = value;
    setIsRecent(true);
    const timer = setTimeout(() => setIsRecent(false), forMs);
    return () => clearTimeout(timer);
  }, [value, forMs]);
  return isRecent;
}
