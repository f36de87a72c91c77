'use client';

import type { ComponentProps, KeyboardEvent, ReactElement, ReactNode, ToggleEvent } from 'react';
import { onWalkOf } from '@/components/ui/key-table';
import { closePopover, Popover } from '@/components/ui/popover';

const ITEMS = '[role^="menuitem"]:not([aria-disabled="true"])';

const walk = onWalkOf(ITEMS, ['ArrowUp', 'ArrowDown'], (item) => item.focus());

/** A button's menu: arrow keys walk it, Enter chooses, Esc closes. */
export function Menu({
  trigger,
  label = 'Menu',
  children,
}: {
  trigger: ReactElement<ComponentProps<'button'>>;
  label?: string;
  children: ReactNode;
}) {
  const onToggle = (event: ToggleEvent<HTMLDivElement>) => {
    if (event.newState === 'open') event.currentTarget.querySelector<HTMLElement>(ITEMS)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key === 'Tab') closePopover(event.currentTarget);
    walk(event);
  };
  return (
    <Popover
      trigger={trigger}
      label={label}
      role="menu"
      onToggle={onToggle}
      onKeyDown={onKeyDown}
      className="min-w-48 p-1"
    >
      {children}
    </Popover>
  );
}

/** `checked` makes it one that is on or off; it then stays open. */
export function MenuItem({
  onSelect,
  disabled = false,
  checked,
  children,
}: {
  onSelect: () => void;
  disabled?: boolean;
  checked?: boolean;
  children: ReactNode;
}) {
  const role = checked === undefined ? 'menuitem' : 'menuitemcheckbox';
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: aria-checked goes with the role of a checkbox only
    <button
      type="button"
      role={role}
      aria-checked={checked}
      aria-disabled={disabled}
      // Reachable, for a menu that scrolls must be scrolled by the keyboard, too. Tab closes it all the same.
      tabIndex={0}
      onClick={(event) => {
        if (disabled) return;
        onSelect();
        if (checked === undefined) closePopover(event.currentTarget);
      }}
      className="flex w-full items-center gap-2 rounded px-3 py-1.5 text-left text-sm hover:bg-panel focus-visible:bg-panel aria-disabled:opacity-60"
    >
      {checked !== undefined && (
        <span aria-hidden="true" className="inline-block w-4 text-settled">
          {checked ? '✓' : ''}
        </span>
      )}
      {children}
    </button>
  );
}
