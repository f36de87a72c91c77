import { clsx } from 'clsx';
import type { ComponentProps } from 'react';
import { Icon } from '@/components/ui/icon';

/** The browser's own list of choices, as wide as `className` says. */
export function Select({ className, ...rest }: ComponentProps<'select'>) {
  return (
    <span className={clsx('relative flex items-center', className)}>
      <select
        {...rest}
        className="min-h-8 w-full appearance-none rounded-md border border-control bg-bg pr-7 pl-3 text-sm"
      />
      <Icon name="down" className="pointer-events-none absolute right-2 size-4 text-muted" />
    </span>
  );
}
