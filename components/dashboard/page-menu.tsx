import type { ComponentProps, ReactNode } from 'react';
import { Menu, MenuItem } from '@/components/ui/menu';

interface PageMenuProps {
  readonly trigger: ComponentProps<typeof Menu>['trigger'];
  readonly items: readonly (readonly [words: string, act: () => void])[];
  readonly children: ReactNode;
}

/** What a wider top bar has buttons for. */
export function PageMenu({ trigger, items, children }: PageMenuProps) {
  return (
    <Menu label="Page menu" trigger={trigger}>
      {items.map(([words, act]) => (
        <MenuItem key={words} onSelect={act}>
          {words}
        </MenuItem>
      ))}
      {children}
    </Menu>
  );
}
