import { useSyncExternalStore } from 'react';
import { readStored, store } from '@/components/ui/browser-storage';

/**
 * Whether this browser is to notify. refused: the browser does not let this page. unanswered: it asked, and the question
 * was closed. impossible: it has no notifications for pages like this one.
 */
export type NoticeChoice = 'on' | 'off' | 'refused' | 'unanswered' | 'impossible';

const KEY = 'notify';
const listeners = new Set<() => void>();
let isWanted: boolean | null = null;
let isUnanswered = false;
let isImpossible = false;

function read(): NoticeChoice {
  if (isImpossible || !window.isSecureContext || !('Notification' in window)) return 'impossible';
  if (Notification.permission === 'denied') return 'refused';
  isWanted ??= readStored(KEY) === '1';
  if (isWanted && Notification.permission === 'granted') return 'on';
  return isUnanswered ? 'unanswered' : 'off';
}

function want(wanted: boolean): void {
  isWanted = wanted;
  store(KEY, wanted ? '1' : null);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useNoticeChoice(): NoticeChoice {
  return useSyncExternalStore(subscribe, read, () => 'off');
}

/** On a click only: the browser asks its question, and most browsers refuse a page that makes them ask unasked. */
export async function switchNotices(): Promise<void> {
  const choice = read();
  if (choice === 'on') return want(false);
  if (choice === 'impossible') return;
  const answer = await Notification.requestPermission();
  isUnanswered = answer === 'default';
  want(answer === 'granted');
}

/** Shows a message without a sound; a click on it brings the page to the front. Messages of the same `tag` replace each other. */
export function notify(
  { title, body, tag }: Record<'title' | 'body' | 'tag', string>,
  onClick: () => void,
): void {
  try {
    const notification = new Notification(title, { body, tag, silent: true });
    notification.onclick = () => {
      window.focus();
      notification.close();
      onClick();
    };
  } catch {
    // Browsers on phones have the permission and yet no such constructor.
    isImpossible = true;
    want(false);
  }
}
