import { useRef, useState } from 'react';
import type { Bar } from '@/components/chart/chart-bars';

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

/** The bar that is read. By its time and not by its place: it stays the same bar while the range moves on. */
export function useSelection(bars: readonly Bar[]) {
  const [startMs, setStartMs] = useState<number | null>(null);
  const [isPinned, setIsPinned] = useState(false);
  const isByKeys = useRef(false);
  const rest = useRef<MousePlace | null>(null);
  const found = startMs === null ? -1 : bars.findIndex((bar) => bar.startMs === startMs);
  return {
    selected: found === -1 ? null : found,
    isPinned,
    setIsPinned,
    /** By the index of a bar; null selects none. */
    select: (index: number | null, by: 'keys' | 'pointer') => {
      isByKeys.current = by === 'keys';
      setStartMs(index === null ? null : (bars[index]?.startMs ?? null));
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
