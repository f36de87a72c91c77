'use client';

import { clsx } from 'clsx';
import { type ComponentProps, createContext, type ReactNode, useContext, useId, useState } from 'react';
import { onWalkOf } from '@/components/ui/key-table';

interface TabsState {
  readonly id: string;
  readonly value: string;
  readonly choose: (value: string) => void;
}

const Context = createContext<TabsState>({ id: '', value: '', choose: () => {} });

/** Controlled by `value` and `onValueChange`, or on its own from `defaultValue`. */
export function Tabs({
  value,
  defaultValue = '',
  onValueChange,
  className,
  children,
}: {
  value?: string;
  defaultValue?: string;
  onValueChange?: (value: string) => void;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  const [own, setOwn] = useState(defaultValue);
  const choose = (next: string) => {
    setOwn(next);
    onValueChange?.(next);
  };
  return (
    <Context value={{ id, value: value ?? own, choose }}>
      <div className={className}>{children}</div>
    </Context>
  );
}

const walk = onWalkOf('[role="tab"]', ['ArrowLeft', 'ArrowRight'], (tab) => {
  tab.focus();
  tab.click();
});

/** Arrow keys walk the tabs, as the ARIA pattern of tabs with automatic activation says. */
export function TabList({ className, ...rest }: ComponentProps<'div'>) {
  return (
    <div
      role="tablist"
      onKeyDown={walk}
      className={clsx('flex gap-6 border-line border-b', className)}
      {...rest}
    />
  );
}

export function Tab({ value, className, ...rest }: ComponentProps<'button'> & { value: string }) {
  const { id, value: chosen, choose } = useContext(Context);
  const isChosen = value === chosen;
  return (
    <button
      type="button"
      role="tab"
      id={`${id}-tab-${value}`}
      aria-selected={isChosen}
      aria-controls={isChosen ? `${id}-panel-${value}` : undefined}
      tabIndex={isChosen ? 0 : -1}
      onClick={() => choose(value)}
      className={clsx(
        '-mb-px min-h-9 border-transparent border-b-2 text-muted text-sm hover:text-text aria-selected:border-settled aria-selected:font-medium aria-selected:text-text',
        className,
      )}
      {...rest}
    />
  );
}

/** Rendered only while it is the chosen one. */
export function TabPanel({ value, ...rest }: ComponentProps<'div'> & { value: string }) {
  const { id, value: chosen } = useContext(Context);
  if (value !== chosen) return null;
  return <div role="tabpanel" id={`${id}-panel-${value}`} aria-labelledby={`${id}-tab-${value}`} {...rest} />;
}
