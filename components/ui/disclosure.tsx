'use client';

import { type ReactNode, useState } from 'react';

/** A line that opens. What is in it is rendered, and asked for, only once it is open. */
export function Disclosure({
  summary,
  initiallyOpen = false,
  children,
}: {
  summary: ReactNode;
  initiallyOpen?: boolean;
  children: ReactNode;
}) {
  const [isOpen, setIsOpen] = useState(initiallyOpen);
  return (
    <details open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary className="min-h-6 cursor-pointer py-1 pointer-coarse:min-h-11 pointer-coarse:py-3">
        {summary}
      </summary>
      {isOpen && <div className="pt-1 pb-3">{children}</div>}
    </details>
  );
}
