import { useSyncExternalStore } from 'react';
import useSWR from 'swr';
import useSWRSubscription from 'swr/subscription';
import type { LiveEvent, WindowsAnswer } from './answers.ts';
import { getJson, type RequestError } from './request.ts';
import { hear, serverNow } from './server-clock.ts';

const POLL_MS = 5000;
const POLL_NEAR_CLOSE_MS = 2000;

async function getWindows(url: string): Promise<WindowsAnswer> {
  const answer = await getJson<WindowsAnswer>(url);
  hear(answer.serverNowMs);
  return answer;
}

/** The moments of reading are not news: answers that differ in nothing else keep their identity. */
function isSameNews(a: WindowsAnswer | undefined, b: WindowsAnswer | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const news = (answer: WindowsAnswer) => JSON.stringify({ ...answer, serverNowMs: 0, readMs: 0 });
  return a === b || news(a) === news(b);
}

function subscribeVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}

/** One range, followed while it moves. Old data stays while the next range loads. A hidden tab asks for nothing. */
export function useWindows(query: { day: string; range: string; cmp: boolean; paused: boolean }) {
  const { day, range, cmp, paused } = query;
  const key = `/api/windows?${new URLSearchParams({ day, range })}`;
  const visible = useSyncExternalStore(
    subscribeVisibility,
    () => document.visibilityState === 'visible',
    () => false,
  );
  const windows = useSWR<WindowsAnswer, RequestError>(key, getWindows, {
    keepPreviousData: true,
    compare: isSameNews,
    revalidateOnFocus: !paused,
    revalidateOnReconnect: !paused,
    errorRetryInterval: POLL_MS,
    refreshInterval: (answer) => {
      // A pause holds what is shown, yet another range may still be asked for.
      if (paused || (answer !== undefined && !answer.live)) return 0;
      const leftMs = answer === undefined ? POLL_MS : answer.open.endMs - serverNow();
      const closing =
        answer?.slots.some((slot) => slot.state === 'closing' || slot.state === 'late') === true;
      return closing || leftMs < POLL_MS ? POLL_NEAR_CLOSE_MS : POLL_MS;
    },
  });
  const previous = useSWR<WindowsAnswer, RequestError>(cmp ? `${key}&shift=1` : null, getJson, {
    keepPreviousData: true,
  });
  const live = windows.data?.live === true;
  const { mutate } = windows;
  // Only an accelerator: when it fails, the browser tries again by itself and the polling above goes on meanwhile.
  const stream = useSWRSubscription<LiveEvent, Error, string | null>(
    visible && live && !paused ? '/api/live' : null,
    (url: string, { next }) => {
      const source = new EventSource(url);
      let version = '';
      source.addEventListener('change', (event) => {
        const change: LiveEvent = JSON.parse(event.data);
        hear(change.serverNowMs);
        if (change.version !== version) void mutate();
        version = change.version;
        next(null, change);
      });
      return () => source.close();
    },
  );
  const answer = windows.data;
  const fresher =
    stream.data !== undefined && answer !== undefined && stream.data.open.startMs >= answer.open.startMs;
  return {
    answer,
    open: fresher ? stream.data?.open : answer?.open,
    previous: cmp ? previous.data : undefined,
    problem: windows.error?.problem ?? answer?.problem ?? null,
    retry: () => void mutate(),
  };
}
