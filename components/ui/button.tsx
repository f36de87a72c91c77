import { clsx } from 'clsx';
import type { ComponentProps } from 'react';

const LOOK = {
  primary: 'bg-settled font-medium text-on-settled hover:opacity-90',
  plain: 'border border-control bg-bg hover:bg-panel',
  quiet: 'text-muted hover:bg-panel hover:text-text',
} as const;

/** `aria-pressed` shows a toggle as on. */
export function Button({
  look = 'plain',
  className,
  ...rest
}: ComponentProps<'button'> & { look?: keyof typeof LOOK }) {
  return (
    <button
      type="button"
      className={clsx(
        'inline-flex min-h-8 items-center justify-center gap-2 rounded px-3 text-sm disabled:opacity-60 aria-pressed:border-focus aria-pressed:text-focus',
        LOOK[look],
        className,
      )}
      {...rest}
    />
  );
}
