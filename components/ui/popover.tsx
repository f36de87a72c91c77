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

/**
 * Under its button, or above it where it does not fit below and has more room, aligned on the button's outer side. The
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
  const onBeforeToggle = (event: ToggleEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget) return;
    setIsOpen(event.newState === 'open');
    const button = document.querySelector(`[popovertarget="${CSS.escape(id)}"]`);
    if (button === null || box.current === null) return;
    if (event.newState !== 'open') {
      // The browser gives the focus back from the outermost popover only; else it would be lost with what is in this one.
      if (button instanceof HTMLElement && box.current.contains(document.activeElement)) button.focus();
      return;
    }
    place(box.current, button, 0);
    // Before it is painted, yet when it is known how high it is.
    requestAnimationFrame(() => {
      if (box.current !== null) place(box.current, button, box.current.scrollHeight);
    });
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
        onBeforeToggle={onBeforeToggle}
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

function place(box: HTMLElement, button: Element, height: number): void {
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const { clientHeight, clientWidth } = document.documentElement;
  const isOnLeft = left + right < clientWidth;
  const opensUp = height > clientHeight - bottom - GAP - EDGE && top > clientHeight - bottom;
  box.style.top = opensUp ? 'auto' : `${bottom + GAP}px`;
  box.style.bottom = opensUp ? `${clientHeight - top + GAP}px` : 'auto';
  box.style.left = isOnLeft ? `${Math.max(EDGE, left)}px` : 'auto';
  box.style.right = isOnLeft ? 'auto' : `${Math.max(EDGE, clientWidth - right)}px`;
  box.style.maxHeight = opensUp ? `${top - GAP - EDGE}px` : `calc(100dvh - ${bottom + GAP + EDGE}px)`;
}

/** Closes the popover that holds the element. */
export function closePopover(element: Element): void {
  const holder = element.closest('[popover]');
  if (holder instanceof HTMLElement) holder.hidePopover();
}
