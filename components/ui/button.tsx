import { clsx } from 'clsx';
import type { ComponentProps } from 'react';

const LOOK = {
  primary: 'min-h-11 bg-settled px-5 font-medium text-on-settled hover:bg-settled-strong',
  plain: 'min-h-8 border border-control bg-bg px-3 hover:bg-panel',
  quiet: 'min-h-8 px-2 text-muted hover:bg-line hover:text-text',
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
      data-look={look}
      className={clsx(
        'inline-flex shrink-0 items-center justify-center gap-2 whitespace-nowrap rounded-md text-sm disabled:opacity-60 aria-pressed:border-focus aria-pressed:text-focus',
        LOOK[look],
        className,
      )}
      {...rest}
    />
  );
}
