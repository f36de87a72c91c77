'use client';

import { clsx } from 'clsx';
import {
  type ComponentProps,
  cloneElement,
  type ReactElement,
  type ReactNode,
  type ToggleEvent,
  useId,
  useRef,
  useState,
} from 'react';

export interface PopoverProps {
  /** The button that opens it. */
  readonly trigger: ReactElement<ComponentProps<'button'>>;
  readonly label: string;
  readonly className?: string;
  readonly children: ReactNode;
}

const GAP = 4;
const EDGE = 8;
/** With less than this below its button it opens upwards, if there is more above. */
const ROOM = 420;

/**
 * Under its button, or above it near the foot of the screen, aligned on the button's outer side, so that it has room. The
 * browser's own popover: it closes by Esc and by a click elsewhere, gives the focus back, and lies above everything. What is
 * in it is rendered only while it is open.
 */
export function Popover({
  trigger,
  label,
  className,
  children,
  ...rest
}: PopoverProps & Omit<ComponentProps<'div'>, keyof PopoverProps>) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const place = (event: ToggleEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget) return;
    setIsOpen(event.newState === 'open');
    const button = document.querySelector(`[popovertarget="${CSS.escape(id)}"]`);
    if (event.newState !== 'open' || button === null || box.current === null) return;
    const { top, bottom, left, right } = button.getBoundingClientRect();
    const { clientHeight, clientWidth } = document.documentElement;
    const isOnLeft = left + right < clientWidth;
    const opensUp = clientHeight - bottom < ROOM && top > clientHeight - bottom;
    box.current.style.top = opensUp ? 'auto' : `${bottom + GAP}px`;
    box.current.style.bottom = opensUp ? `${clientHeight - top + GAP}px` : 'auto';
    box.current.style.left = isOnLeft ? `${Math.max(EDGE, left)}px` : 'auto';
    box.current.style.right = isOnLeft ? 'auto' : `${Math.max(EDGE, clientWidth - right)}px`;
    box.current.style.maxHeight = opensUp
      ? `${top - GAP - EDGE}px`
      : `calc(100dvh - ${bottom + GAP + EDGE}px)`;
  };
  return (
    <>
      {cloneElement(trigger, { popoverTarget: id, 'aria-expanded': isOpen })}
      {/* biome-ignore lint/a11y/useSemanticElements: a menu passes its own role in */}
      <div
        role="group"
        {...rest}
        ref={box}
        id={id}
        popover="auto"
        aria-label={label}
        onBeforeToggle={place}
        className={clsx(
          'fixed inset-auto m-0 max-w-[calc(100vw-16px)] overflow-auto rounded-lg border border-line bg-bg text-text shadow-lg',
          className,
        )}
      >
        {isOpen && children}
      </div>
    </>
  );
}

/** Closes the popover that holds the element. */
export function closePopover(element: Element): void {
  const holder = element.closest('[popover]');
  if (holder instanceof HTMLElement) holder.hidePopover();
}
