import { Button } from '@/components/ui/button';
import type { HealthAnswer } from '@/lib/contract/answers';

/** Asked once before the first click that writes to an account. */
export function ConfirmAws({
  to,
  onAgree,
  onDecline,
}: {
  to: HealthAnswer;
  onAgree: () => void;
  onDecline: () => void;
}) {
  return (
    <div
      role="alertdialog"
      aria-label="Write to AWS?"
      className="flex flex-col gap-2 rounded border border-doubt p-3"
    >
      <p>
        This writes to stream {to.stream} in account …{to.accountId?.slice(-4) ?? 'unknown'} ({to.region}) and
        costs a fraction of a cent. Continue?
      </p>
      <div className="flex gap-2">
        <Button look="primary" autoFocus onClick={onAgree}>
          Continue
        </Button>
        <Button onClick={onDecline}>Cancel</Button>
      </div>
    </div>
  );
}
