import { clsx } from 'clsx';

interface SegmentedProps<Value extends string> {
  readonly label: string;
  readonly options: readonly (readonly [value: Value, text: string])[];
  /** None of the options is on when it is none of them. */
  readonly value: string;
  readonly onChange: (value: Value) => void;
  readonly className?: string;
}

/** One of a few, all in sight. */
export function Segmented<Value extends string>({
  label,
  options,
  value,
  onChange,
  className,
}: SegmentedProps<Value>) {
  return (
    <fieldset
      aria-label={label}
      className={clsx('inline-flex min-w-0 rounded-md border border-line bg-bg p-px', className)}
    >
      {options.map(([each, text]) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === value}
          onClick={() => onChange(each)}
          className="min-h-7.5 flex-1 whitespace-nowrap rounded-[5px] px-3 text-muted text-sm hover:text-text aria-pressed:bg-panel aria-pressed:font-medium aria-pressed:text-text aria-pressed:outline aria-pressed:outline-control aria-pressed:-outline-offset-1"
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}
