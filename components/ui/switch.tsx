'use client';

import { Switch as Radix } from 'radix-ui';
import { useId } from 'react';

export function Switch({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <label htmlFor={id} className="inline-flex min-h-8 items-center gap-2">
      <Radix.Root
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        className="h-6 w-10 rounded-full border border-control p-0.5 data-[state=checked]:bg-settled"
      >
        <Radix.Thumb className="block size-4.5 rounded-full bg-control transition-transform data-[state=checked]:translate-x-4 data-[state=checked]:bg-on-settled" />
      </Radix.Root>
      {label}
    </label>
  );
}
