'use client';

import type { PageData } from '@/components/dashboard-parts';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem } from '@/components/ui/menu';
import { withOpen } from '@/lib/missing';
import { exportName, windowsCsv, windowsJson } from '@/lib/window-export';

/** Exactly what is on screen, to take away. */
export function ExportMenu({ answer, open, format }: PageData) {
  const slots = () => withOpen(answer.slots, open).filter((slot) => slot.state !== 'future');
  const save = (text: string, extension: 'csv' | 'json', type: string) => {
    const url = URL.createObjectURL(new Blob([text], { type }));
    const link = document.createElement('a');
    link.href = url;
    link.download = exportName(answer.fromMs, answer.toMs, extension);
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  return (
    <Menu
      label="Export"
      trigger={
        <Button>
          Export
          <Icon name="down" />
        </Button>
      }
    >
      <MenuItem onSelect={() => save(windowsCsv(slots(), format.offsetMs), 'csv', 'text/csv')}>
        CSV file
      </MenuItem>
      <MenuItem onSelect={() => save(windowsJson(slots(), format.offsetMs), 'json', 'application/json')}>
        JSON file
      </MenuItem>
      <MenuItem onSelect={() => void navigator.clipboard.writeText(windowsCsv(slots(), format.offsetMs))}>
        Copy as CSV
      </MenuItem>
      <MenuItem onSelect={() => window.print()}>Print</MenuItem>
    </Menu>
  );
}
