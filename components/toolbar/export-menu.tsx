'use client';

import { useState } from 'react';
import { chartTitle } from '@/components/chart/chart-words';
import { useClicks } from '@/components/live/click-store';
import type { PageData } from '@/components/live/page-data';
import { RequestError } from '@/components/live/request';
import { usePlace } from '@/components/live/use-place';
import { exportName, windowsCsv, windowsJson } from '@/components/toolbar/window-export';
import { Button } from '@/components/ui/button';
import { chooseFile } from '@/components/ui/choose-file';
import { copyAndSay } from '@/components/ui/clipboard';
import { Dialog } from '@/components/ui/dialog';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem } from '@/components/ui/menu';
import { ProblemNote } from '@/components/ui/problem-note';
import type { Problem } from '@/lib/contract/answers';

/** Exactly what is on screen, to take away; and a whole day, to be played again. */
export function ExportMenu({ answer, format, url, onFile, isReplay }: PageData) {
  const clicks = useClicks(usePlace());
  const [problem, setProblem] = useState<Problem | null>(null);
  const slots = () => answer.slots.filter((slot) => slot.state !== 'future');
  const saveBlob = (blob: Blob, extension: 'csv' | 'json' | 'png') =>
    saveAs(exportName(answer.fromMs, answer.toMs, extension), blob);
  const save = (text: string, extension: 'csv' | 'json', type: string) =>
    saveBlob(new Blob([text], { type }), extension);
  const savePicture = async () => {
    const range = `${format.day(answer.fromMs)} ${format.range(answer.fromMs, answer.toMs)}, ${format.zoneWords(answer.fromMs)}`;
    const { chartImage } = await import('@/components/chart/chart-image');
    const blob = await chartImage(chartTitle(answer, url, format), range);
    if (blob !== null) saveBlob(blob, 'png');
  };
  const saveReplay = async () => {
    try {
      const { exportReplay } = await import('@/components/replay/replay-export');
      const { name, text } = await exportReplay(url.day, clicks);
      saveAs(name, new Blob([text], { type: 'application/x-ndjson' }));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.problem);
    }
  };
  return (
    <>
      <Menu
        label="Export"
        trigger={
          <Button>
            <Icon name="save" className="size-4 sm:hidden" />
            <span className="max-sm:sr-only">Export</span>
            <Icon name="down" className="size-4 max-sm:hidden" />
          </Button>
        }
      >
        <MenuItem onSelect={() => save(windowsCsv(slots(), format.offsetMs, url), 'csv', 'text/csv')}>
          CSV file
        </MenuItem>
        <MenuItem
          onSelect={() => save(windowsJson(slots(), format.offsetMs, url), 'json', 'application/json')}
        >
          JSON file
        </MenuItem>
        <MenuItem onSelect={() => void copyAndSay('The table', windowsCsv(slots(), format.offsetMs, url))}>
          Copy as CSV
        </MenuItem>
        {url.view === 'chart' && <MenuItem onSelect={() => void savePicture()}>PNG picture</MenuItem>}
        <MenuItem onSelect={() => window.print()}>Print</MenuItem>
        {!isReplay && <MenuItem onSelect={() => void saveReplay()}>Replay file of this day</MenuItem>}
        <MenuItem onSelect={() => chooseFile(onFile)}>Open a replay file…</MenuItem>
      </Menu>
      {problem !== null && (
        <Dialog title="The replay file cannot be made" open onClose={() => setProblem(null)}>
          <ProblemNote problem={problem} />
        </Dialog>
      )}
    </>
  );
}

function saveAs(name: string, blob: Blob): void {
  const href = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}
