'use client';

import { Tabs as Radix } from 'radix-ui';
import type { ComponentProps } from 'react';

export const Tabs = Radix.Root;
export const TabPanel = Radix.Content;

export function TabList(props: ComponentProps<typeof Radix.List>) {
  return <Radix.List className="flex gap-1 border-line border-b" {...props} />;
}

export function Tab(props: ComponentProps<typeof Radix.Trigger>) {
  return (
    <Radix.Trigger
      className="px-3 py-1 text-muted data-[state=active]:border-settled data-[state=active]:border-b-2 data-[state=active]:text-text"
      {...props}
    />
  );
}
