import { useRef, useState } from 'react';
import type { Bar } from '@/components/chart/bars';

/** Where a mouse is, and how far it came since its last event, as a `MouseEvent` says it. */
export type MousePlace = Pick<MouseEvent, 'clientX' | 'clientY' | 'movementX' | 'movementY'>;

/** A page that moves under a mouse that rests sends events too, from the place where it rests. */
export function hasMoved(
  before: Pick<MousePlace, 'clientX' | 'clientY'> | null,
  { clientX, clientY, movementX, movementY }: MousePlace,
): boolean {
  if (movementX !== 0 || movementY !== 0) return true;
  return before !== null && (before.clientX !== clientX || before.clientY !== clientY);
}

/**
 * The bar that is so many steps from the selected one, null being beyond the last, or the one at the end. A window that
 * takes several places is one step.
 */
export function barFrom(bars: readonly Bar[], selected: number | null, steps: number): number | null {
  const owners = bars.filter((bar) => bar.owner === bar.index).map((bar) => bar.index);
  const at = selected === null ? owners.length : owners.indexOf(selected);
  return owners[Math.min(owners.length - 1, Math.max(0, at + steps))] ?? null;
}

export type BarSelection = ReturnType<typeof useBarSelection>;

/** The bar that is read. By its time and not by its place: it stays the same bar while the range moves on. */
export function useBarSelection(bars: readonly Bar[]) {
  const [startMs, setStartMs] = useState<number | null>(null);
  const [isPinned, setIsPinned] = useState(false);
  const isByKeys = useRef(false);
  const rest = useRef<MousePlace | null>(null);
  const bar = startMs === null ? undefined : bars.find((each) => each.startMs === startMs);
  return {
    bar,
    isPinned: isPinned && bar !== undefined,
    setIsPinned,
    /** By the place of a bar; null selects none. Answers the bar. */
    select: (index: number | null, by: 'keys' | 'pointer'): Bar | undefined => {
      isByKeys.current = by === 'keys';
      const next = index === null ? undefined : bars[bars[index]?.owner ?? index];
      setStartMs(next?.startMs ?? null);
      return next;
    },
    clear: () => {
      setIsPinned(false);
      setStartMs(null);
    },
    /** To be asked at every event of the mouse: what the keys have selected is left only to one that really moved. */
    mayChoose: (place: MousePlace) => {
      const isMoved = hasMoved(rest.current, place);
      const { clientX, clientY, movementX, movementY } = place;
      rest.current = { clientX, clientY, movementX, movementY };
      return isMoved || !isByKeys.current || startMs === null;
    },
  };
}
