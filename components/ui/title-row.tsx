import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';

interface TitleRowProps {
  /** What names the dialog by `aria-labelledby`. */
  readonly id: string;
  readonly title: string;
  readonly onClose: () => void;
}

/** What a dialog is about, and its way out. */
export function TitleRow({ id, title, onClose }: TitleRowProps) {
  return (
    <>
      <h2 id={id} className="font-semibold text-base">
        {title}
      </h2>
      <Button look="quiet" aria-label="Close" onClick={onClose}>
        <Icon name="close" />
      </Button>
    </>
  );
}
