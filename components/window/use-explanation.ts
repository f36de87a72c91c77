import useSWR from 'swr';
import { getJson, type RequestError } from '@/components/live/request';
import type { ExplainAnswer } from '@/lib/contract/answers';
import type { Slot } from '@/lib/core/slot';

/** What the consumer's log says of a window; asked for again while that goes on. */
export function useExplanation({ startMs, state }: Pick<Slot, 'startMs' | 'state'>) {
  return useSWR<ExplainAnswer, RequestError>(`/api/explain?start=${startMs}`, getJson, {
    refreshInterval: state === 'open' || state === 'closing' ? 3000 : 0,
  });
}
