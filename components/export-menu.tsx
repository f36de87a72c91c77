'use client';

import type { PageData } from '@/components/dashboard-parts';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem } from '@/components/ui/menu';
import { chartImage } from '@/lib/chart-image';
import { chartTitle } from '@/lib/chart-words';
import { withOpen } from '@/lib/missing';
import { exportName, windowsCsv, windowsJson } from '@/lib/window-export';

/** Exactly what is on screen, to take away. */
export function ExportMenu({ answer, open, format, url }: PageData) {
  const slots = () => withOpen(answer.slots, open).filter((slot) => slot.state !== 'future');
  const saveBlob = (blob: Blob, extension: 'csv' | 'json' | 'png') => {
    const href = URL.createObjectURL(blob);
    const link = document.createElement('a');
    link.href = href;
    link.download = exportName(answer.fromMs, answer.toMs, extension);
    link.click();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
  };
  const save = (text: string, extension: 'csv' | 'json', type: string) =>
    saveBlob(new Blob([text], { type }), extension);
  const savePicture = async () => {
    const range = `${format.day(answer.fromMs)} ${format.range(answer.fromMs, answer.toMs)}, ${format.zoneWords(answer.fromMs)}`;
    const blob = await chartImage(chartTitle(answer, url, format), range);
    if (blob !== null) saveBlob(blob, 'png');
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
      {url.view === 'chart' && <MenuItem onSelect={() => void savePicture()}>PNG picture</MenuItem>}
      <MenuItem onSelect={() => window.print()}>Print</MenuItem>
    </Menu>
  );
}
