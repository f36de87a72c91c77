'use client';

import { type ReactNode, useEffect, useRef, useState } from 'react';

/** A finger's width below the screen. */
const AHEAD = '0px 0px 32px 0px';
/** By then what is on the screen is at rest: what is below it may come without being waited for. */
const REST_MS = 4000;

/** What costs much to draw waits until it is about to be seen, or all else is at rest; once there it stays. `className` keeps its place. */
export function NearView({ className, children }: { className: string; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    if (place.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setIsNear(true);
      },
      { rootMargin: AHEAD },
    );
    observer.observe(place.current);
    const come = () => setIsNear((isNow) => isNow || document.visibilityState === 'visible');
    // A tab that nobody sees asks for nothing: it comes when that is seen again.
    const rest = setTimeout(() => {
      come();
      document.addEventListener('visibilitychange', come);
    }, REST_MS);
    return () => {
      observer.disconnect();
      clearTimeout(rest);
      document.removeEventListener('visibilitychange', come);
    };
  }, []);
  return isNear ? children : <div ref={place} className={className} />;
}
