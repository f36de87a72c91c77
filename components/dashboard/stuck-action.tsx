'use client';

import { type ReactNode, useEffect, useRef, useState } from 'react';

/**
 * On a phone the action sticks to the bottom edge once it has scrolled away; what is marked `data-secondary` in it stays
 * behind. Not on a screen that is low, as a magnified page's is: there it would leave no room to read.
 */
export function StuckAction({ children }: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [isAway, setIsAway] = useState(false);
  const [height, setHeight] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry === undefined) return;
      const away = !entry.isIntersecting && entry.boundingClientRect.top < 0;
      if (away) setHeight(entry.boundingClientRect.height);
      setIsAway(away);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={place} className="flex flex-1 flex-col" style={isAway ? { minHeight: height } : undefined}>
      <div data-stuck={isAway} className="flex flex-1 flex-col">
        {children}
      </div>
    </div>
  );
}
