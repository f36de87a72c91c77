import type { ReactElement, SVGProps } from 'react';
import { type BarShapeProps, type DotItemDotProps, usePlotArea } from 'recharts';
import { type Bar, isWaiting } from '@/components/chart/bars';
import { PLOT, withinBox } from '@/components/chart/plot';
import type { SlotState } from '@/lib/core/slot';

/** The height of the stump of a result that is missing or cannot be read. */
const STUMP_PX = 26;
/** A place of this width has room for a word; over narrower ones it would lie on their neighbours: the legend has it. */
const WORD_PX = 44;
const SIGN_PX = 10;
const DASHED = { strokeWidth: 1.5, strokeDasharray: '3 2' } as const;
const DOUBT = { fill: 'none', stroke: 'var(--doubt)', ...DASHED } as const;

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

/** What is not final is hatched, whatever it would else look like. */
const HATCHED: Partial<Record<SlotState, SVGProps<SVGRectElement>>> = {
  open: { fill: 'url(#waiting-settled)', stroke: 'var(--settled)', ...DASHED },
  closing: { className: 'waiting', fill: 'url(#waiting-settled)', stroke: 'var(--settled)', ...DASHED },
  late: { fill: 'url(#waiting-doubt)', stroke: 'var(--doubt)', ...DASHED },
};

/** The amount of a window, or one part of it. Of hundreds each refresh draws each: only the few that need hooks have them. */
export function WindowBar(props: BarShapeProps) {
  return props.height === 0 ? null : drawn(props, AmountBox);
}

/**
 * What a place has besides its amount. Each state has a shape of its own, so that colour is never the only sign. Its box is
 * the whole bar, from the base to the top of the stack.
 */
export function PlaceMarks(props: BarShapeProps) {
  return drawn(props, Marks);
}

/** As wide as its window is long: one that is longer than those beside it takes their places, too. */
function drawn(props: BarShapeProps, shape: typeof Marks): ReactElement {
  const Shape = shape;
  const bar: Bar = props.payload;
  return bar.span === 1 ? <Shape {...props} /> : <Long {...props} shape={Shape} />;
}

function Long({ shape: Shape, ...props }: Omit<BarShapeProps, 'shape'> & { shape: typeof Marks }) {
  const bar: Bar = props.payload;
  return <Shape {...props} width={props.width + (bar.span - 1) * usePlaceWidth(bar)} />;
}

function AmountBox({ x, y, width, height, fill, stroke, payload }: BarShapeProps) {
  const bar: Bar = payload;
  return (
    <rect
      data-drawn={bar.state}
      data-of={bar.startMs}
      x={x}
      y={Math.min(y, y + height)}
      width={width}
      height={Math.abs(height)}
      rx={Math.min(2, width / 4)}
      fill={fill}
      stroke={stroke}
      {...HATCHED[bar.state]}
    />
  );
}

function Marks(props: BarShapeProps) {
  const { x, y, width, stackedBarStart: base } = props;
  const bar: Bar = props.payload;
  const top = Math.min(y, base);
  const middle = x + width / 2;
  const isDoubtful = bar.state === 'missing' || bar.state === 'incomplete' || bar.slot.lack !== null;
  return (
    <g data-state={bar.state} data-start={bar.startMs} data-value={bar.value ?? ''}>
      {bar.value !== null && <rect x={x} y={top} width={width} height={Math.abs(base - y)} fill="none" />}
      {(isWaiting(bar.state) || isDoubtful) && <Signs bar={bar} x={x} width={width} top={top} base={base} />}
      {bar.state === 'empty' && <circle cx={middle} cy={base - 3} r={1} fill="var(--control)" />}
      {bar.isOver && (
        <path d={`M${middle - 4} ${top - 9}h8l-4 5z`} fill="var(--text)" data-testid="over-limit" />
      )}
    </g>
  );
}

/** Of what is not final yet, or lacks something. */
function Signs({ bar, x, width, top, base }: { bar: Bar } & Record<'x' | 'width' | 'top' | 'base', number>) {
  const middle = x + width / 2;
  const placeWidth = usePlaceWidth(bar);
  const hasRoom = placeWidth >= WORD_PX;
  const hasSignRoom = placeWidth >= SIGN_PX;
  return (
    <>
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
          <rect x={x} y={top} width={width} height={base - top} {...DOUBT} />
          {hasSignRoom && <Label x={middle} y={top - 7} text="?" color="var(--doubt)" />}
        </>
      )}
      {(bar.state === 'missing' || bar.state === 'incomplete') && (
        <>
          <rect x={x} y={base - STUMP_PX} width={width} height={STUMP_PX} {...DOUBT} />
          {hasSignRoom && <Label x={middle} y={base - 9} text="?" color="var(--doubt)" />}
        </>
      )}
    </>
  );
}

/** The day before's value, as a pale line across the place of a bar. */
export function DayBeforeMark({ cx, cy, payload }: DotItemDotProps) {
  const bar: Bar = payload;
  if (bar.previous === null || cx === undefined || cy === undefined) return null;
  return <AcrossPlace bar={bar} x={cx} y={cy} />;
}

function AcrossPlace({ bar, x, y }: { bar: Bar; x: number; y: number }) {
  const half = Math.max(1.5, usePlaceWidth(bar) / 2 - 0.5);
  return <path d={`M${x - half} ${y}h${2 * half}`} stroke="var(--muted)" strokeWidth={2} />;
}

/** Of one place, the gaps beside the bar included. */
function usePlaceWidth({ count }: Bar): number {
  return (usePlotArea()?.width ?? 0) / count;
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
