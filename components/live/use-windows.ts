import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import useSWR from 'swr';
import useSWRSubscription from 'swr/subscription';
import { getAnswer, getJson, problemOf } from '@/components/live/request';
import { hear, serverNow, willRetry } from '@/components/live/server-clock';
import { SERVER_NOW_HEADER, SERVER_READ_HEADER } from '@/lib/contract/answer-times';
import type { WindowsAnswer } from '@/lib/contract/answers';
import { type LiveEvent, withChange } from '@/lib/contract/live-change';
import { type NamedRange, rangeText } from '@/lib/core/range';
import type { Slot } from '@/lib/core/slot';
import { utcDate } from '@/lib/core/window';

const POLL_MS = 5000;
const POLL_NEAR_CLOSE_MS = 2000;
/** While the stream tells everything, in case that it does not. */
const POLL_STREAMING_MS = 30_000;
/** Everyone hears the same at the same moment; who has to ask does so within this time. */
const SPREAD_MS = 1000;

async function getWindows(url: string): Promise<WindowsAnswer> {
  const { body, headers } = await getAnswer<WindowsAnswer>(url);
  // One answer is made for everyone: its moments are in the headers.
  const serverNowMs = Number(headers.get(SERVER_NOW_HEADER) ?? body.serverNowMs);
  const readMs = Number(headers.get(SERVER_READ_HEADER) ?? body.readMs);
  hear(serverNowMs, readMs);
  // With a problem on the server's side the next poll is the next try.
  if (body.problem !== null) willRetry(POLL_MS);
  return { ...body, serverNowMs, readMs };
}

/** The moments of reading are not news: answers that differ in nothing else keep their identity. */
export function isSameNews<T extends object>(a: T | undefined, b: T | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const news = (answer: T) => JSON.stringify({ ...answer, serverNowMs: 0, readMs: 0 });
  return a === b || news(a) === news(b);
}

function subscribeVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}

/**
 * One range, followed while it moves, and the same range a day earlier when compared. Old data stays while the next range
 * loads, and while nothing answers. A hidden tab asks for nothing.
 */
export function useWindows(query: {
  day: string;
  range: NamedRange;
  cmp: boolean;
  paused: boolean;
  /** What slots tell besides. The stream does not: it is asked for more often. */
  details: string;
}) {
  const { day, range, cmp, paused, details } = query;
  const visible = useSyncExternalStore(
    subscribeVisibility,
    () => document.visibilityState === 'visible',
    () => false,
  );
  // The open window is followed through pauses and past ranges: a clock that stands would lie.
  const stream = useLiveStream(visible);
  const isStreaming = stream.isOpen;
  // The same function from render to render, for SWR begins to wait anew with every other one.
  const refreshInterval = useCallback(
    (answer: WindowsAnswer | undefined) => {
      // A pause holds what is shown, yet another range may still be asked for. A past range does not change.
      if (paused || (answer !== undefined && !answer.live && isStreaming)) return 0;
      // The banner says when the next try is due: the server tries again by then.
      if (answer !== undefined && answer.problem !== null) return POLL_MS;
      if (isStreaming && details !== '' && answer?.stepSeconds === answer?.windowSeconds)
        return POLL_NEAR_CLOSE_MS;
      if (isStreaming) return POLL_STREAMING_MS;
      const leftMs = answer === undefined ? POLL_MS : answer.open.endMs - serverNow();
      const isClosing =
        answer?.slots.some((slot) => slot.state === 'closing' || slot.state === 'late') === true;
      return isClosing || leftMs < POLL_MS ? POLL_NEAR_CLOSE_MS : POLL_MS;
    },
    [paused, isStreaming, details],
  );
  const windows = useSWR<WindowsAnswer, unknown>(windowsUrl(day, range, details), getWindows, {
    keepPreviousData: true,
    compare: isSameNews,
    revalidateOnFocus: !paused,
    revalidateOnReconnect: !paused,
    focusThrottleInterval: 1000,
    onErrorRetry: (_error, _key, _config, revalidate, { retryCount }) => {
      willRetry(POLL_MS);
      setTimeout(() => {
        if (document.visibilityState === 'visible') void revalidate({ retryCount });
      }, POLL_MS);
    },
    refreshInterval,
  });
  const answer = windows.data;
  // By its ends, not by its name: a range that moves is asked for anew whenever it has moved.
  const previous = useSWR<WindowsAnswer>(
    cmp && answer !== undefined ? `${windowsUrl(utcDate(answer.fromMs), answer, details)}&shift=1` : null,
    getJson,
    { keepPreviousData: true, compare: isSameNews, revalidateOnFocus: false },
  );
  const { mutate } = windows;
  const news = answer?.live === true && !paused ? stream.news : '';
  const followed = useRef('');
  const known = useRef(answer);
  known.current = answer;
  const isLastHour = day === 'today' && range === '1h' && details === '';
  useEffect(() => {
    if (news === '' || news === followed.current) return;
    followed.current = news;
    const change = stream.event?.change ?? null;
    const next =
      isLastHour && known.current !== undefined && change !== null && withChange(known.current, change);
    if (next) {
      void mutate({ ...next, serverNowMs: serverNow() }, { revalidate: false });
      return;
    }
    const [was, is] = [known.current, stream.event];
    if (was?.version === is?.version && was?.problem?.kind === is?.problem?.kind) return;
    setTimeout(() => {
      if (document.visibilityState === 'visible') void mutate();
    }, Math.random() * SPREAD_MS);
  }, [news, mutate, stream.event, isLastHour]);
  const open = stream.event?.open;
  // What an answer says of the open window is no news where the stream has told it before.
  const told = useRef<WindowsAnswer | null>(null);
  const merged = useMemo(() => {
    if (answer === undefined) return null;
    const next = withOpen(answer, open ?? answer.open, paused || details !== '');
    if (told.current === null || !isSameNews(told.current, next)) told.current = next;
    return told.current;
  }, [answer, open, paused, details]);
  return {
    answer: merged,
    previous: (cmp && previous.data) || null,
    problem: windows.error === undefined ? (answer?.problem ?? null) : problemOf(windows.error),
    isStreaming,
    retry: () => void mutate(),
  };
}

export function windowsUrl(day: string, range: NamedRange, details = ''): string {
  const query = { day, range: rangeText(range), ...(details !== '' && { with: details }) };
  return `/api/windows?${new URLSearchParams(query)}`;
}

/** The answer with the open window as fresh as it is known, its slots as well unless they are held; a clock that stands would lie. */
function withOpen(answer: WindowsAnswer, open: Slot, isHeld: boolean): WindowsAnswer {
  if (open === answer.open || open.startMs < answer.open.startMs) return answer;
  const isOpen = (slot: Slot) => slot.startMs === open.startMs && slot.endMs === open.endMs;
  const slots = isHeld ? answer.slots : answer.slots.map((slot) => (isOpen(slot) ? open : slot));
  return { ...answer, open, slots };
}

/** Only an accelerator: when it fails, the browser tries again by itself and the polling goes on meanwhile. */
function useLiveStream(wanted: boolean) {
  const [isOpen, setIsOpen] = useState(false);
  const { data: event } = useSWRSubscription<LiveEvent, Error, string | null>(
    wanted ? '/api/live' : null,
    (url: string, { next }) => {
      const source = new EventSource(url);
      source.addEventListener('open', () => setIsOpen(true));
      source.addEventListener('error', () => setIsOpen(false));
      source.addEventListener('change', ({ data }) => {
        const change: LiveEvent = JSON.parse(data);
        hear(change.serverNowMs, change.readMs);
        next(null, change);
      });
      source.addEventListener('time', ({ data }) => {
        const time: { serverNowMs: number; readMs: number } = JSON.parse(data);
        hear(time.serverNowMs, time.readMs);
      });
      return () => {
        source.close();
        setIsOpen(false);
      };
    },
  );
  // Changes whenever /api/windows has something new to say.
  const news = event === undefined ? '' : `${event.version} ${event.problem?.kind}`;
  return { event, isOpen, news };
}
