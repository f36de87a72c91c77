import { useCallback, useRef } from 'react';
import useSWR from 'swr';
import { getJson, problemOf } from '@/components/live/request';
import { follow, NO_TAIL, type Tail } from '@/components/records/followed-records';
import type { Problem } from '@/lib/contract/answers';
import type { RecordsAnswer } from '@/lib/contract/records-answer';

const POLL_MS = 1000;
const RETRY_MS = 2000;

interface Followed {
  readonly tail: Tail;
  readonly problem: Problem | null;
}

/**
 * Follows the stream while it is used, the page can be seen, and it is not paused: only then does the server read it.
 * Undefined until the first answer has come. What is known stays on screen through pauses and problems.
 */
export function useFollowedRecords(paused: boolean): {
  readonly tail: Tail | undefined;
  readonly problem: Problem | null;
} {
  const followed = useRef<Followed>({ tail: NO_TAIL, problem: null });
  const ask = useCallback(async (url: string) => {
    const { tail, problem } = followed.current;
    const answer = await getJson<RecordsAnswer>(
      tail.cursor === null ? url : `${url}?${new URLSearchParams({ after: tail.cursor })}`,
    );
    const next = follow(tail, answer);
    const isNews = next !== tail || answer.problem?.message !== problem?.message;
    if (isNews) followed.current = { tail: next, problem: answer.problem };
    return followed.current;
  }, []);
  const { data, error } = useSWR<Followed, unknown>('/api/records', ask, {
    refreshInterval: paused ? 0 : POLL_MS,
    dedupingInterval: POLL_MS / 2,
    isPaused: () => paused,
    compare: Object.is,
    onErrorRetry: (_error, _key, _config, revalidate, { retryCount }) => {
      setTimeout(() => {
        if (document.visibilityState === 'visible') void revalidate({ retryCount });
      }, RETRY_MS);
    },
  });
  return { tail: data?.tail, problem: error === undefined ? (data?.problem ?? null) : problemOf(error) };
}
