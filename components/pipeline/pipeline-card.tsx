'use client';

import { clsx } from 'clsx';
import { Fragment, useEffect, useRef, useState } from 'react';
import useSWR from 'swr';
import { reconcile } from '@/components/clicks/reconcile';
import { useClicks } from '@/components/live/click-store';
import { type Deed, noteDeed } from '@/components/live/deed-store';
import type { PageData } from '@/components/live/page-data';
import { getJson } from '@/components/live/request';
import { usePlace } from '@/components/live/use-place';
import { useRuntime } from '@/components/live/use-runtime';
import { BreakMenu } from '@/components/pipeline/break-menu';
import { DataMenu } from '@/components/pipeline/data-menu';
import { HOP_NAMES, HOP_STATUS, healthSentence, isAllDown } from '@/components/pipeline/hop-words';
import { LessonPanel } from '@/components/pipeline/lesson-panel';
import { PipelineDetail } from '@/components/pipeline/pipeline-detail';
import { Card } from '@/components/ui/card';
import { CopyFix } from '@/components/ui/copy-button';
import type { HealthAnswer, Hop } from '@/lib/contract/answers';

const NAMES = ['producer', 'stream', 'consumer', 'bucket', 'dashboard'] as const;
const FLOWS_MS = 3000;

// One function from render to render: SWR begins its interval anew with every other one.
const healthEvery = (found: HealthAnswer | undefined) => (found?.mode === 'aws' ? 60_000 : 15_000);

/** From the click to the page: what passed each hop of the visible range, and how each hop is. */
export function Pipeline(data: PageData) {
  const { answer, format } = data;
  const {
    data: health,
    error,
    mutate,
  } = useSWR<HealthAnswer>('/api/health?deep=1', getJson, { refreshInterval: healthEvery });
  const trouble = answer.problem?.kind ?? null;
  // What has just gone, or come back, is asked for at once: the hops must not contradict the banner.
  const known = useRef(trouble);
  useEffect(() => {
    if (trouble !== known.current) void mutate();
    known.current = trouble;
  }, [trouble, mutate]);
  const runtime = useRuntime();
  const [deed, setDeed] = useState<Deed | null>(null);
  const [chosen, setChosen] = useState<Hop['name'] | null>(null);
  const clicks = useClicks(usePlace());
  const { sent, counted, soFar, rejected } = reconcile(answer.slots, clicks);
  const { open } = answer;
  // An answer from before the server went says nothing of now.
  const hops = error === undefined ? (health?.hops ?? []) : [];
  const folded = counted.recordCount === null ? null : counted.recordCount + soFar.recordCount + rejected;
  const windows = answer.slots.reduce((sum, slot) => sum + slot.closedWindows, 0);
  const isClicking = useRecentChange(clicks[0]?.id ?? null, FLOWS_MS);
  const isFolding =
    useRecentChange(`${open.startMs} ${open.recordCount}`, FLOWS_MS) && open.recordCount !== null;
  const isWriting = useRecentChange(answer.newest?.startMs ?? null, FLOWS_MS);
  const edges = [
    { count: format.count(sent.recordCount), what: 'sent from here', flows: isClicking },
    { count: format.count(folded), what: 'folded', flows: isFolding },
    { count: format.count(counted.recordCount), what: 'in results', flows: isWriting },
    { count: format.count(windows), what: windows === 1 ? 'window read' : 'windows read', flows: isWriting },
  ];
  const hop = hops.find((each) => each.name === chosen);
  const allDown = isAllDown(hops);
  const fix = allDown ? hops.find((each) => each.fix !== null)?.fix : undefined;
  return (
    <Card className="flex flex-col gap-3" aria-label="Pipeline">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <h2 className="font-medium text-base">Pipeline</h2>
        <div aria-live="polite" className="mr-auto min-w-0">
          <p className={hops.some((each) => each.status === 'down') ? 'text-error' : 'text-muted'}>
            {error === undefined
              ? healthSentence(hops)
              : 'The page’s server does not answer: how the hops are is not known.'}
          </p>
        </div>
        {runtime?.available === true && health?.role !== 'watch' && (
          <div className="flex gap-2">
            <DataMenu {...data} runtime={runtime} />
            <BreakMenu
              runtime={runtime}
              onDone={(done) => {
                noteDeed(done);
                setDeed(done);
              }}
            />
          </div>
        )}
      </div>
      {fix != null && (
        <div className="flex flex-wrap items-center gap-2">
          <code className="break-all font-mono text-xs">{fix}</code>
          <CopyFix text={fix} />
        </div>
      )}
      {!allDown && (
        <div className="flex flex-col items-stretch sm:mt-2 sm:flex-row sm:items-start">
          {NAMES.map((name, index) => {
            const edge = edges[index - 1];
            return (
              <Fragment key={name}>
                {edge !== undefined && <Edge {...edge} />}
                <Node
                  name={name}
                  hop={hops.find((each) => each.name === name)}
                  isChosen={chosen === name}
                  onChoose={() => setChosen(chosen === name ? null : name)}
                />
              </Fragment>
            );
          })}
        </div>
      )}
      {deed !== null && <LessonPanel {...data} deed={deed} runtime={runtime} onClose={() => setDeed(null)} />}
      {chosen !== null && !allDown && (
        <PipelineDetail name={chosen} hop={hop} health={health} runtime={runtime} format={format} />
      )}
    </Card>
  );
}

function Node({
  name,
  hop,
  isChosen,
  onChoose,
}: {
  name: Hop['name'];
  hop: Hop | undefined;
  isChosen: boolean;
  onChoose: () => void;
}) {
  const [sign, word, look] = HOP_STATUS[hop?.status ?? 'unknown'];
  return (
    <button
      type="button"
      aria-expanded={isChosen}
      data-hop={name}
      data-status={hop?.status ?? 'unknown'}
      onClick={onChoose}
      className={clsx(
        'flex min-h-9 items-center justify-between gap-x-2 rounded-md border bg-bg px-3 py-1 hover:bg-panel',
        isChosen ? 'border-focus' : hop?.status === 'down' ? 'border-error' : 'border-control',
      )}
    >
      <span className="font-medium text-xs">{HOP_NAMES[name]}</span>
      <span className={clsx('whitespace-nowrap text-xs', look)}>
        {hop === undefined ? '…' : <span aria-hidden="true">{sign} </span>}
        {hop === undefined ? '' : word}
      </span>
    </button>
  );
}

function Edge({ count, what, flows }: { count: string; what: string; flows: boolean }) {
  return (
    <span className="relative flex min-h-7 flex-1 items-center pl-8 text-muted text-xs sm:min-h-9 sm:min-w-6 sm:justify-center sm:pl-0">
      <svg
        aria-hidden="true"
        className="absolute inset-0 size-full overflow-visible"
        preserveAspectRatio="none"
      >
        <line className="max-sm:hidden" x1="0" y1="50%" x2="100%" y2="50%" stroke="var(--control)" />
        <line className="sm:hidden" x1="20" y1="0" x2="20" y2="100%" stroke="var(--control)" />
      </svg>
      {flows && <span aria-hidden="true" className="flow-dot" />}
      <span className="sm:-top-3 sm:absolute" title={what}>
        {count}
        <span className="sm:max-lg:sr-only"> {what}</span>
      </span>
    </span>
  );
}

/** True for a while after the value has changed; what was there before the page came is not news. */
function useRecentChange(value: string | number | null, forMs: number): boolean {
  const known = useRef(value);
  const [isRecent, setIsRecent] = useState(false);
  useEffect(() => {
    if (known.current === value) return;
    known.current = value;
    setIsRecent(true);
    const timer = setTimeout(() => setIsRecent(false), forMs);
    return () => clearTimeout(timer);
  }, [value, forMs]);
  return isRecent;
}
