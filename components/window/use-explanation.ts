import useSWR from 'swr';
import { getJson, type RequestError } from '@/components/live/request';
import type { ExplainAnswer } from '@/lib/contract/answers';
import type { Slot } from '@/lib/core/slot';

const LOOK_MS = 2000;

/** What the consumer's log says of the window that starts then; asked for again while that `goesOn`. */
export function useExplanation(startMs: number, goesOn: boolean) {
  return useSWR<ExplainAnswer, RequestError>(`/api/explain?start=${startMs}`, getJson, {
    refreshInterval: goesOn ? LOOK_MS : 0,
  });
}

export function isGoingOn({ state }: Pick<Slot, 'state'>): boolean {
  return state === 'open' || state === 'closing';
}
