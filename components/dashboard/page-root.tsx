'use client';

import { type ComponentType, memo, useCallback, useEffect, useState } from 'react';
import { SWRConfig } from 'swr';
import { Banner } from '@/components/dashboard/banner';
import { loadView, PageView } from '@/components/dashboard/page-view';
import { untilLoaded } from '@/components/live/until-loaded';
import { detailsOf, parseUrlState } from '@/components/live/url-state';
import { useUrlState } from '@/components/live/use-url-state';
import { useWindows, windowsUrl } from '@/components/live/use-windows';
import type { ReplayProps } from '@/components/replay/replay-stage';
import { Notice } from '@/components/ui/notice';
import type { WindowsAnswer } from '@/lib/contract/answers';

/** Nothing of a replay may be in the way of the first view; and a tab that nobody sees asks for nothing. */
const CALM_MS = 8000;

interface LiveProps {
  readonly currency: string;
  readonly locale: string;
  /** The address's query, as the server was asked with it. */
  readonly search: string;
  readonly onFile: (file: File) => void;
  /** There is something to see: data, or why there is none. */
  readonly onCalm: () => void;
}

interface DashboardProps extends Pick<LiveProps, 'currency' | 'locale' | 'search'> {
  /** What the server knew in time for the first view; null when that was nothing. */
  readonly first: WindowsAnswer | null;
}

/** The page: of now, or of a replay file once one is opened. */
export function Dashboard({ currency, locale, search, first }: DashboardProps) {
  const [isCalm, setIsCalm] = useState(false);
  const [file, setFile] = useState<File | null>(null);
  const [isReplaying, setIsReplaying] = useState(false);
  const [Replay, setReplay] = useState<ComponentType<ReplayProps> | null>(null);
  const [fallback] = useState(() => {
    const url = parseUrlState(search);
    return first === null ? {} : { [windowsUrl(url.day, url.range, detailsOf(url))]: first };
  });
  const onCalm = useCallback(() => setIsCalm(true), []);
  useEffect(() => {
    if (Replay !== null || !(isCalm || file !== null)) return;
    const load = () => Promise.all([import('@/components/replay/replay-stage'), loadView()]);
    // Not `dynamic`, which would take the page down with it if it never came.
    untilLoaded(load).then(
      ([module]) => setReplay(() => module.Replay),
      () => {},
    );
  }, [Replay, isCalm, file]);
  useEffect(() => {
    // The browser would open a dropped file in the page's place.
    const take = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      setIsCalm(true);
      if (event.type === 'drop') setFile(event.dataTransfer.files[0] ?? null);
    };
    window.addEventListener('dragover', take);
    window.addEventListener('drop', take);
    return () => {
      window.removeEventListener('dragover', take);
      window.removeEventListener('drop', take);
    };
  }, []);
  return (
    <>
      <Notice />
      {!isReplaying && (
        <SWRConfig value={{ fallback }}>
          <Live currency={currency} locale={locale} search={search} onFile={setFile} onCalm={onCalm} />
        </SWRConfig>
      )}
      {Replay !== null && <Replay file={file} View={PageView} onFile={setFile} onPlaying={setIsReplaying} />}
    </>
  );
}

/** The root that holds the live data. */
const Live = memo(function Live({ currency, locale, search, onFile, onCalm }: LiveProps) {
  const [url, change] = useUrlState(search);
  const [paused, setPaused] = useState(false);
  const { day, range, cmp } = url;
  const { retry, ...windows } = useWindows({ day, range, cmp, paused, details: detailsOf(url) });
  const { answer, problem } = windows;
  const toggle = useCallback(() => setPaused((now) => !now), []);
  const isThere = answer !== null || problem !== null;
  useEffect(() => {
    if (!isThere) return;
    const begin = () => {
      if (document.visibilityState === 'visible') onCalm();
    };
    const timer = setTimeout(begin, CALM_MS);
    document.addEventListener('visibilitychange', begin);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', begin);
    };
  }, [isThere, onCalm]);
  return (
    <PageView
      source={{ ...windows, paused, isReplay: false, jumps: 0 }}
      currency={currency}
      locale={locale}
      url={url}
      onChange={change}
      onToggle={toggle}
      onFile={onFile}
    >
      <Banner
        problem={problem}
        live={answer?.live === true && answer.reading === null && !paused}
        hasData={answer !== null}
        onRetry={retry}
      />
    </PageView>
  );
});
