'use client';

import { useEffect, useRef } from 'react';
import { type LimitWatch, limitMessage, watchLimit } from '@/components/chart/limit-watch';
import { notify, useNoticeChoice } from '@/components/chart/notice-choice';
import type { PageData } from '@/components/live/page-data';

/** Notifies of windows that reach the limit while this is on the page, whatever range is shown. Draws nothing. */
export function LimitNotices({ answer, url, format, change }: PageData) {
  const isOn = useNoticeChoice() === 'on';
  const { limitCents } = url;
  const { open } = answer;
  const watched = useRef<LimitWatch | null>(null);
  useEffect(() => {
    if (!isOn || limitCents === null) {
      watched.current = null;
      return;
    }
    const isSingle = answer.live && answer.stepSeconds === answer.windowSeconds;
    const shown = isSingle ? answer.slots.filter(({ startMs }) => startMs !== open.startMs) : [];
    const { watch, news } = watchLimit(watched.current, limitCents, [...shown, open]);
    watched.current = watch;
    const newest = news.at(-1);
    if (newest === undefined) return;
    notify({ ...limitMessage(news, limitCents, format), tag: `limit ${newest.startMs}` }, () =>
      change({ w: newest.startMs }),
    );
  }, [isOn, limitCents, answer, open, format, change]);
  return null;
}
