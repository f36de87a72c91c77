import { type BarShapeProps, type DotItemDotProps, Rectangle, usePlotArea } from 'recharts';
import { type Bar, isWaiting } from '@/components/chart/bars';
import { PLOT, withinBox } from '@/components/chart/plot';

/** The height of the stump of a result that is missing or cannot be read. */
const STUMP_PX = 26;
/** A place of this width has room for a word; over narrower ones it would lie on their neighbours: the legend has it. */
const WORD_PX = 44;
const SIGN_PX = 10;
const DOUBT = { fill: 'none', stroke: 'var(--doubt)', strokeWidth: 1.5, strokeDasharray: '3 2' } as const;

/** The hatches of what is not final, to stand in the `defs` of the chart: each has a direction as well as a colour. */
export function WaitingPatterns() {
  return (['settled', 'doubt'] as const).map((color) => (
    <pattern
      key={color}
      id={`waiting-${color}`}
      width="6"
      height="6"
      patternUnits="userSpaceOnUse"
      patternTransform={color === 'doubt' ? 'rotate(-45)' : 'rotate(45)'}
    >
      <rect width="2.5" height="6" fill={`var(--${color})`} />
    </pattern>
  ));
}

/** A bar as wide as its window is long. */
export function WindowBar(props: BarShapeProps) {
  const width = useWindowWidth(props);
  if (props.height === 0) return null;
  const bar: Bar = props.payload;
  return (
    <g data-drawn={bar.state} data-of={bar.startMs}>
      <Rectangle {...props} width={width} radius={Math.min(2, width / 4)} />
    </g>
  );
}

/**
 * What a place has besides its amount. Each state has a shape of its own, so that colour is never the only sign. Its box is
 * the whole bar, from the base to the top of the stack.
 */
export function PlaceMarks(props: BarShapeProps) {
  const { x, y, stackedBarStart: base } = props;
  const bar: Bar = props.payload;
  const width = useWindowWidth(props);
  const middle = x + width / 2;
  const top = Math.min(y, base);
  const placeWidth = usePlaceWidth(bar);
  const hasRoom = placeWidth >= WORD_PX;
  const hasSignRoom = placeWidth >= SIGN_PX;
  return (
    <g data-state={bar.state} data-start={bar.startMs} data-value={bar.value ?? ''}>
      {bar.value !== null && <rect x={x} y={top} width={width} height={Math.abs(base - y)} fill="none" />}
      {hasRoom && bar.state === 'open' && <Label x={middle} y={top - 7} text="so far" color="var(--text)" />}
      {hasRoom && bar.state === 'late' && <Label x={middle} y={top - 7} text="late" color="var(--doubt)" />}
      {isWaiting(bar.state) && bar.value === null && (
        <path
          d={`M${x} ${base - 2}h${width}`}
          stroke="var(--settled)"
          strokeWidth={2}
          strokeDasharray="3 2"
        />
      )}
      {bar.value !== null && bar.state !== 'incomplete' && bar.slot.lack !== null && (
        <>
          <rect x={x} y={top} width={width} height={Math.abs(base - y)} {...DOUBT} />
          {hasSignRoom && <Label x={middle} y={top - 7} text="?" color="var(--doubt)" />}
        </>
      )}
      {(bar.state === 'missing' || bar.state === 'incomplete') && (
        <>
          <rect x={x} y={base - STUMP_PX} width={width} height={STUMP_PX} {...DOUBT} />
          {hasSignRoom && <Label x={middle} y={base - 9} text="?" color="var(--doubt)" />}
        </>
      )}
      {bar.state === 'empty' && <circle cx={middle} cy={base - 3} r={1} fill="var(--control)" />}
      {bar.isOver && (
        <path d={`M${middle - 4} ${top - 9}h8l-4 5z`} fill="var(--text)" data-testid="over-limit" />
      )}
    </g>
  );
}

/** The day before's value, as a pale line across the place of a bar. */
export function DayBeforeMark({ cx, cy, payload }: DotItemDotProps) {
  const bar: Bar = payload;
  const half = Math.max(1.5, usePlaceWidth(bar) / 2 - 0.5);
  if (bar.previous === null || cx === undefined || cy === undefined) return null;
  return <path d={`M${cx - half} ${cy}h${2 * half}`} stroke="var(--muted)" strokeWidth={2} />;
}

/** Of one place, the gaps beside the bar included. */
function usePlaceWidth({ count }: Bar): number {
  return (usePlotArea()?.width ?? 0) / count;
}

function useWindowWidth({ width, payload }: BarShapeProps): number {
  const bar: Bar = payload;
  return width + (bar.span - 1) * usePlaceWidth(bar);
}

/** With a rim in the colour of the page, for what it may lie on; never cut by the chart's edge. */
function Label({ x, y, text, color }: { x: number; y: number; text: string; color: string }) {
  const plot = usePlotArea();
  const boxWidth = plot === undefined ? Infinity : plot.x + plot.width + PLOT.right;
  return (
    <text
      x={withinBox(x, text, boxWidth)}
      y={y}
      textAnchor="middle"
      fontSize={12}
      fill={color}
      stroke="var(--bg)"
      strokeWidth={4}
      strokeLinejoin="round"
      paintOrder="stroke"
    >
      {text}
    </text>
  );
}
