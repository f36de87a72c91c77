'use client';

import useSWR from 'swr';
import { noteTraces } from '@/components/live/click-store';
import { getJson } from '@/components/live/request';
import { serverNow } from '@/components/live/server-clock';
import type { TracesAnswer } from '@/lib/contract/answers';
import { type Click, dueMs, unsettled, type WindowTimes } from '@/lib/contract/click';

const SOON_MS = 1000;
/** What is overdue comes when a person has mended something, or never. */
const OVERDUE_MS = 15_000;

interface FollowingProps {
  readonly clicks: readonly Click[];
  readonly times: WindowTimes;
}

/** Asks where the records of unsettled clicks are, as long as there are any, and keeps what it hears. Shows nothing. */
export function Following({ clicks, times }: FollowingProps) {
  const followed = unsettled(clicks, serverNow(), times);
  const ids = followed.flatMap((click) => click.receipt?.requestId ?? []);
  const since = Math.min(...followed.map((click) => click.sentMs));
  const key =
    ids.length === 0 ? null : `/api/traces?${new URLSearchParams({ ids: ids.join(), since: String(since) })}`;
  const isYoung = followed.some((click) => serverNow() <= dueMs(click, times));
  useSWR<TracesAnswer>(key, getJson, {
    refreshInterval: isYoung ? SOON_MS : OVERDUE_MS,
    dedupingInterval: SOON_MS / 2,
    // Noted and not read here: an answer that tells nothing new about a click renders nothing.
    onSuccess: (answer) => noteTraces(answer, times),
  });
  return null;
}
