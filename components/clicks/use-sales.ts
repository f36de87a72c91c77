import { useCallback, useRef, useState } from 'react';
import { useSWRConfig } from 'swr';
import useSWRMutation from 'swr/mutation';
import { addClick } from '@/components/live/click-store';
import { getJson, postJson, problemOf } from '@/components/live/request';
import { serverNow } from '@/components/live/server-clock';
import { placeOf } from '@/components/live/use-place';
import { readStored, store } from '@/components/ui/browser-storage';
import type { HealthAnswer, Problem, Receipt } from '@/lib/contract/answers';

/** A second click this soon is the other half of a double click. */
const DOUBLE_CLICK_MS = 400;
const AGREED_KEY = 'agreed-to-write';

/** A number of records, or null to leave it to the producer. */
export type RecordCount = number | null;

export interface Sales {
  /** Sends, unless a click is on its way; true when the stream took records. */
  readonly send: (count: RecordCount) => Promise<boolean>;
  readonly sending: boolean;
  /** What kept the last click from being sent; null after one that was. */
  readonly problem: Problem | null;
  /** In AWS, before the first click: what it will do, to be agreed to. */
  readonly asking: HealthAnswer | null;
  readonly agree: () => void;
  readonly decline: () => void;
}

/** The button's other end: invokes the producer, keeps the receipt, and has the open window read again. */
export function useSales(known: HealthAnswer | undefined): Sales {
  const { mutate } = useSWRConfig();
  const [asking, setAsking] = useState<{ health: HealthAnswer; count: RecordCount } | null>(null);
  const [failure, setFailure] = useState<Problem | null>(null);
  const startedMs = useRef(-Infinity);
  const busy = useRef(false);
  const { trigger, isMutating } = useSWRMutation<Receipt, Error, string, RecordCount>(
    '/api/sales',
    (url, { arg }) => postJson(url, arg === null ? {} : { record_count: arg }),
    { throwOnError: true },
  );

  const invoke = useCallback(
    async (count: RecordCount, health: HealthAnswer) => {
      const sentMs = serverNow();
      const start = performance.now();
      const click = { id: clickId(), place: placeOf(health), shares: [], overdue: false };
      try {
        const receipt = await trigger(count);
        addClick({
          ...click,
          sentMs: receipt.sentMs,
          durationMs: receipt.durationMs,
          receipt,
          problem: null,
        });
        setFailure(null);
        void mutate((key) => typeof key === 'string' && key.startsWith('/api/windows'));
        return receipt.recordCount > 0;
      } catch (error) {
        const problem = problemOf(error);
        const durationMs = Math.round(performance.now() - start);
        addClick({ ...click, sentMs, durationMs, receipt: null, problem });
        setFailure(problem);
        return false;
      }
    },
    [trigger, mutate],
  );

  const send = useCallback(
    async (count: RecordCount) => {
      if (busy.current || performance.now() - startedMs.current < DOUBLE_CLICK_MS) return true;
      busy.current = true;
      startedMs.current = performance.now();
      try {
        const health = known ?? (await getJson<HealthAnswer>('/api/health'));
        if (health.mode === 'aws' && readStored(AGREED_KEY) !== placeOf(health)) {
          setAsking({ health, count });
          return false;
        }
        return await invoke(count, health);
      } catch (error) {
        setFailure(problemOf(error));
        return false;
      } finally {
        busy.current = false;
      }
    },
    [invoke, known],
  );

  return {
    send,
    sending: isMutating,
    problem: failure,
    asking: asking?.health ?? null,
    agree: () => {
      if (asking === null) return;
      store(AGREED_KEY, placeOf(asking.health));
      setAsking(null);
      void invoke(asking.count, asking.health);
    },
    decline: () => setAsking(null),
  };
}

/** Of random values, which pages that come by plain HTTP have, too; they have no UUIDs of the browser's. */
function clickId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
}
