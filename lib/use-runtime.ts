import { useCallback } from 'react';
import useSWR, { useSWRConfig } from 'swr';
import type { RuntimeAction, RuntimeAnswer } from './answers.ts';
import { getJson, postJson } from './request.ts';

// One function from render to render: SWR begins its interval anew with every other one.
const every = (found: RuntimeAnswer | undefined) => (found?.available === true ? 5000 : 0);

/** What the local runtime offers beyond AWS; undefined until it is known, and without anything available in AWS. */
export function useRuntime(): RuntimeAnswer | undefined {
  return useSWR<RuntimeAnswer>('/api/runtime', getJson, { refreshInterval: every }).data;
}

/** Does an action, has everything read again, and answers what the runtime says it did. Throws RequestError. */
export function useRuntimeAction(): (action: RuntimeAction) => Promise<string> {
  const { mutate } = useSWRConfig();
  return useCallback(
    async (action) => {
      try {
        return (await postJson<{ message: string }>('/api/runtime', { action })).message;
      } finally {
        void mutate((key) => typeof key === 'string' && key.startsWith('/api/'));
      }
    },
    [mutate],
  );
}
