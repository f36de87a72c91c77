import { type FocusEvent, type PointerEvent, useRef, useState } from 'react';
import type { Tail } from '@/components/records/followed-records';

/** While the pointer, the keyboard or the scrolling is in a list, what is read keeps its place. */
export function useReadingHold(newest: Tail | undefined) {
  const list = useRef<HTMLElement>(null);
  const isOver = useRef(false);
  const [held, setHeld] = useState<Tail | null>(null);
  const hold = () => {
    // Before the first record there is nothing to read: who waits with the pointer here shall see it come.
    if (newest !== undefined && newest.records.length > 0) setHeld((now) => now ?? newest);
  };
  const letGo = () => {
    if (!isOver.current && !isScrolled(list.current) && !hasKeyboard(list.current)) setHeld(null);
  };
  const over = (now: boolean) => {
    isOver.current = now;
    if (now) hold();
    else letGo();
  };
  return {
    list,
    /** What is shown instead of the newest; null while nobody reads. */
    held,
    catchUp: () => {
      isOver.current = false;
      list.current?.scrollTo({ top: 0 });
      setHeld(null);
    },
    /** For the list's element. */
    reading: {
      // A finger has no place to be before it touches: for it, scrolling is reading.
      onPointerEnter: (event: PointerEvent) => event.pointerType === 'mouse' && over(true),
      onPointerLeave: (event: PointerEvent) => event.pointerType === 'mouse' && over(false),
      onFocus: () => hasKeyboard(list.current) && hold(),
      onBlur: ({ currentTarget, relatedTarget }: FocusEvent) =>
        !currentTarget.contains(relatedTarget) && letGo(),
      onScroll: () => (isScrolled(list.current) ? hold() : letGo()),
    },
  };
}

function isScrolled(list: HTMLElement | null): boolean {
  return (list?.scrollTop ?? 0) > 0;
}

/** A click leaves the focus behind without meaning it; the keyboard means it. */
function hasKeyboard(list: HTMLElement | null): boolean {
  return list !== null && (list.matches(':focus-visible') || list.querySelector(':focus-visible') !== null);
}
