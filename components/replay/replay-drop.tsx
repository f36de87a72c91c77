'use client';

import { useEffect, useState } from 'react';

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;

/** Says that a file may be dropped here, while one is held over the page. */
export function ReplayDrop() {
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    // Each element that is entered and left on the way says so; only the page's own edge counts.
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth += 1;
      setIsOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth -= 1;
      if (depth === 0) setIsOver(false);
    };
    const drop = () => {
      depth = 0;
      setIsOver(false);
    };
    window.addEventListener('dragenter', enter, { signal });
    window.addEventListener('dragleave', leave, { signal });
    window.addEventListener('drop', drop, { signal });
    return () => listening.abort();
  }, []);
  if (!isOver) return null;
  return (
    <div className="pointer-events-none fixed inset-2 z-30 grid place-items-center rounded-xl border-2 border-focus border-dashed bg-bg/85">
      <p className="rounded-lg border border-focus bg-bg px-6 py-4 font-medium text-xl">
        Drop a replay file to play it
      </p>
    </div>
  );
}
