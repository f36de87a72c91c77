import { clsx } from 'clsx';
import type { ComponentProps } from 'react';

/** A panel; never one inside another. */
export function Card({ className, ...rest }: ComponentProps<'section'>) {
  return (
    <section className={clsx('rounded-lg border border-line bg-panel p-4 sm:p-5', className)} {...rest} />
  );
}
