import { useCallback } from 'react';
import useSWR, { useSWRConfig } from 'swr';
import { getJson, postJson, problemOf } from '@/components/live/request';
import type { Said } from '@/components/ui/notice';
import type { RuntimeAction, RuntimeAnswer } from '@/lib/contract/runtime-answer';

// One function from render to render: SWR begins its interval anew with every other one.
const every = (found: RuntimeAnswer | undefined) => (found?.available === true ? 5000 : 0);

/** What the local runtime offers beyond AWS; undefined until it is known, and without anything available in AWS. */
export function useRuntime(): RuntimeAnswer | undefined {
  return useSWR<RuntimeAnswer>('/api/runtime', getJson, { refreshInterval: every }).data;
}

/** Does an action and has everything read again. Never throws: what the runtime refuses is in the words. */
export function useRuntimeAction(): (action: RuntimeAction) => Promise<Said> {
  const { mutate } = useSWRConfig();
  return useCallback(
    async (action) => {
      try {
        const { message } = await postJson<{ message: string }>('/api/runtime', { action });
        return { words: message, ok: true };
      } catch (error) {
        return { words: problemOf(error).message, ok: false };
      } finally {
        void mutate((key) => typeof key === 'string' && key.startsWith('/api/'));
      }
    },
    [mutate],
  );
}
