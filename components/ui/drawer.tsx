'use client';

import { type ReactNode, useEffect, useId, useRef } from 'react';
import { TitleRow } from '@/components/ui/title-row';

interface DrawerProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** From the right; a bottom sheet on a narrow screen. Not modal: the chart beside it stays usable. */
export function Drawer(props: DrawerProps) {
  return props.open ? <OpenDrawer {...props} /> : null;
}

function OpenDrawer({ title, onClose, children }: DrawerProps) {
  const box = useRef<HTMLDivElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    box.current?.focus({ preventScroll: true });
    return () => {
      // Unless the focus has gone elsewhere meanwhile, it returns to where it came from.
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <div
      ref={box}
      role="dialog"
      aria-labelledby={titleId}
      tabIndex={-1}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      className="fixed inset-x-0 bottom-0 z-20 flex max-h-[80dvh] flex-col rounded-t-xl border border-line bg-bg outline-none sm:inset-y-0 sm:right-0 sm:left-auto sm:max-h-none sm:w-[420px] sm:rounded-none sm:border-y-0 sm:border-r-0"
    >
      <div className="flex min-h-14 shrink-0 items-center justify-between gap-4 border-line border-b px-4 sm:px-6">
        <TitleRow id={titleId} title={title} onClose={onClose} />
      </div>
      <div className="min-h-0 flex-1 overflow-auto p-4 pb-[max(1rem,env(safe-area-inset-bottom))] sm:p-6">
        {children}
      </div>
    </div>
  );
}
