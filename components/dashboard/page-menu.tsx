import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem } from '@/components/ui/menu';

interface PageMenuProps {
  readonly items: readonly (readonly [words: string, act: () => void])[];
  readonly children: ReactNode;
}

/** What a wider top bar has buttons for. */
export function PageMenu({ items, children }: PageMenuProps) {
  return (
    <Menu
      label="Page menu"
      trigger={
        <Button look="quiet" aria-label="Menu">
          <Icon name="menu" />
        </Button>
      }
    >
      {items.map(([words, act]) => (
        <MenuItem key={words} onSelect={act}>
          {words}
        </MenuItem>
      ))}
      {children}
    </Menu>
  );
}
