import type { Bar } from '@/lib/chart-bars';

interface ChartBarProps {
  readonly box: { x: number; y: number; width: number; height: number };
  readonly plot: { y: number; height: number };
  readonly bar: Bar | undefined;
  readonly selected: boolean;
  readonly onSelect: (index: number) => void;
  readonly onOpen: (index: number) => void;
}

/** Each state has a shape of its own, so that colour is never the only sign. The keyboard is served by the plot. */
export function ChartBar({ box, plot, bar, selected, onSelect, onOpen }: ChartBarProps) {
  if (bar === undefined) return <g />;
  const base = plot.y + plot.height;
  const middle = box.x + box.width / 2;
  const y = Math.min(box.y, box.y + box.height);
  const height = Math.abs(box.height);
  const unsettled = bar.state === 'open' || bar.state === 'closing' || bar.state === 'late';
  const doubt = bar.state === 'late' ? 'var(--doubt)' : 'var(--settled)';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the pointer; the plot itself takes the keys
    <g data-state={bar.state} onMouseEnter={() => onSelect(bar.index)} onClick={() => onOpen(bar.index)}>
      <rect
        x={box.x - 1}
        y={plot.y}
        width={box.width + 2}
        height={plot.height}
        fill="transparent"
        stroke={selected ? 'var(--focus)' : 'none'}
      />
      {bar.cents !== null && !unsettled && (
        <rect x={box.x} y={y} width={box.width} height={height} rx={2} fill="var(--settled)" />
      )}
      {bar.cents !== null && unsettled && (
        <g className={bar.state === 'closing' ? 'waiting' : undefined}>
          <rect
            x={box.x}
            y={y}
            width={box.width}
            height={height}
            rx={2}
            fill="url(#so-far)"
            stroke={doubt}
            strokeWidth={1.5}
            strokeDasharray="3 2"
          />
          {bar.state === 'open' && (
            <text x={middle} y={y - 6} textAnchor="middle" fontSize={11} fill="var(--text)">
              so far
            </text>
          )}
        </g>
      )}
      {bar.state === 'missing' && (
        <>
          <rect
            x={box.x}
            y={base - 24}
            width={box.width}
            height={24}
            fill="none"
            stroke="var(--doubt)"
            strokeDasharray="3 2"
          />
          <text x={middle} y={base - 8} textAnchor="middle" fontSize={12} fill="var(--doubt)">
            ?
          </text>
        </>
      )}
      {bar.state === 'empty' && bar.cents === null && (
        <circle cx={middle} cy={base - 2} r={1.5} fill="var(--muted)" />
      )}
    </g>
  );
}
