import { useCallback, useEffect, useRef, useState } from 'react';
import { useSWRConfig } from 'swr';
import { addClick } from '@/components/live/click-store';
import { getJson, postJson, problemOf } from '@/components/live/request';
import { serverNow } from '@/components/live/server-clock';
import { placeOf } from '@/components/live/use-place';
import { readStored, store } from '@/components/ui/browser-storage';
import type { HealthAnswer, Problem, Receipt } from '@/lib/contract/answers';

const AGREED_KEY = 'agreed-to-write';

/** A number of records, or null to leave it to the producer. */
export type RecordCount = number | null;

export interface Sales {
  /** Sends once all that was asked for before is sent; true when the stream took records. None is lost, and never throws. */
  readonly send: (count: RecordCount) => Promise<boolean>;
  readonly sending: boolean;
  /** How many wait for their turn. */
  readonly waiting: number;
  /** What kept the last click from being sent; null after one that was, and once the way is free again. */
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
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, setPending] = useState(0);
  const turn = useRef<Promise<unknown>>(Promise.resolve());

  const invoke = useCallback(
    async (count: RecordCount, health: HealthAnswer) => {
      const sentMs = serverNow();
      const start = performance.now();
      const click = { id: clickId(), place: placeOf(health), shares: [], overdue: false };
      try {
        const receipt = await postJson<Receipt>('/api/sales', count === null ? {} : { record_count: count });
        addClick({
          ...click,
          sentMs: receipt.sentMs,
          durationMs: receipt.durationMs,
          receipt,
          problem: null,
        });
        setProblem(null);
        void mutate((key) => typeof key === 'string' && key.startsWith('/api/windows'));
        return receipt.recordCount > 0;
      } catch (error) {
        const durationMs = Math.round(performance.now() - start);
        addClick({ ...click, sentMs, durationMs, receipt: null, problem: problemOf(error) });
        setProblem(problemOf(error));
        return false;
      }
    },
    [mutate],
  );

  const send = useCallback(
    (count: RecordCount) => {
      setPending((now) => now + 1);
      const next = turn.current.then(async () => {
        try {
          const health = known ?? (await getJson<HealthAnswer>('/api/health'));
          if (health.mode === 'aws' && readStored(AGREED_KEY) !== placeOf(health)) {
            setAsking({ health, count });
            return false;
          }
          return await invoke(count, health);
        } catch (error) {
          setProblem(problemOf(error));
          return false;
        } finally {
          setPending((now) => now - 1);
        }
      });
      turn.current = next;
      return next;
    },
    [invoke, known],
  );

  // What failed for want of a connection is no news once there is one.
  const isDown = problem?.kind === 'endpoint-down';
  useEffect(() => {
    if (!isDown) return;
    const clear = () => setProblem(null);
    window.addEventListener('online', clear);
    return () => window.removeEventListener('online', clear);
  }, [isDown]);

  return {
    send,
    sending: pending > 0,
    waiting: Math.max(0, pending - 1),
    problem,
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
