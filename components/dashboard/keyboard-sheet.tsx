import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';

const KEYS = [
  ['G', 'Generate sales'],
  ['Space', 'Pause, resume'],
  ['← →', 'Walk the bars (chart focused)'],
  ['Home End', 'First, last bar'],
  ['Enter', 'Open the bar'],
  ['Esc', 'Close, zoom out'],
  ['[ ]', 'Earlier, later day'],
  ['T', 'Chart or table'],
  ['/', 'Filter the records'],
  ['?', 'This sheet'],
] as const;

interface KeyboardSheetProps {
  readonly onClose: () => void;
  /** Shows the first steps again; null where there are none. */
  readonly onGuide: (() => void) | null;
}

export function KeyboardSheet({ onClose, onGuide }: KeyboardSheetProps) {
  return (
    <Dialog title="Keyboard" open onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
        {KEYS.map(([key, words]) => (
          <div key={key} className="contents">
            <dt>
              {key.split(' ').map((each) => (
                <kbd
                  key={each}
                  className="mr-1 inline-block min-w-7 rounded border border-control px-1.5 text-center font-mono text-xs leading-6"
                >
                  {each}
                </kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      {onGuide !== null && (
        <Button
          className="mt-4"
          onClick={() => {
            onClose();
            onGuide();
          }}
        >
          Show the first steps
        </Button>
      )}
    </Dialog>
  );
}
