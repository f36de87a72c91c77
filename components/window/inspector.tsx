'use client';

import type { PageData } from '@/components/live/page-data';
import { Button } from '@/components/ui/button';
import { Disclosure } from '@/components/ui/disclosure';
import { Drawer } from '@/components/ui/drawer';
import { Icon } from '@/components/ui/icon';
import { ProblemNote } from '@/components/ui/problem-note';
import { Explanation } from '@/components/window/explanation';
import { RawObject } from '@/components/window/raw-object';
import { RejectedList } from '@/components/window/rejected-list';
import { ShardTimelines } from '@/components/window/shard-timeline';
import { useWindow } from '@/components/window/use-window';
import { WindowComparison } from '@/components/window/window-comparison';
import { WindowFacts } from '@/components/window/window-facts';
import { utcDate, windowAt } from '@/lib/core/window';

/**
 * One window from all sides: what it holds, where that is stored, and how it came to be; of a replay file without what
 * that does not hold, the consumer's log and the rejected records.
 */
export function Inspector({ answer, format, url, change, isReplay }: PageData) {
  const { windowSeconds } = answer;
  const { slot, problem } = useWindow(url.w, answer);
  if (url.w === null) return null;
  const at = windowAt(url.w, windowSeconds);
  const day = utcDate(at.startMs);
  const go = (steps: number) => change({ w: at.startMs + steps * windowSeconds * 1000 });
  return (
    <Drawer
      title={`${format.day(at.startMs)}, ${format.range(at.startMs, at.endMs)} ${format.zoneName(at.startMs)}`}
      open
      onClose={() => change({ w: null, vs: null })}
    >
      <div className="flex flex-col gap-5" data-testid="inspector" data-state={slot?.state}>
        <div className="-ml-2 flex gap-1">
          <Button look="quiet" onClick={() => go(-1)}>
            <Icon name="left" /> Window before
          </Button>
          <Button look="quiet" disabled={at.endMs > answer.open.startMs} onClick={() => go(1)}>
            Window after <Icon name="right" />
          </Button>
          <Button
            look="quiet"
            aria-pressed={url.vs !== null}
            onClick={() => change({ vs: url.vs === null ? at.startMs - windowSeconds * 1000 : null })}
          >
            Compare
          </Button>
        </div>
        {slot === null && problem === null && <p className="text-muted">Reading the window…</p>}
        {slot === null && problem !== null && <ProblemNote problem={problem} />}
        {slot !== null && (
          <>
            {url.vs === null ? (
              <WindowFacts slot={slot} format={format} />
            ) : (
              <WindowComparison
                slot={slot}
                otherMs={url.vs}
                answer={answer}
                format={format}
                change={change}
              />
            )}
            {!isReplay && <ShardTimelines slot={slot} format={format} />}
            <section aria-label="Objects">
              <h3 className="font-medium">Objects</h3>
              {slot.objects.length === 0 && (
                <p className="text-muted">
                  {isReplay
                    ? 'By this time no result of this window had been written.'
                    : 'No object in the bucket holds this window.'}
                </p>
              )}
              {slot.objects.map((object) => (
                <Disclosure
                  key={object.key}
                  summary={<span className="break-all font-mono text-xs">{object.key}</span>}
                >
                  <RawObject objectKey={object.key} format={format} />
                </Disclosure>
              ))}
            </section>
            {!isReplay && slot.rejected > 0 && (
              <section aria-label="Rejected records">
                <h3 className="font-medium">Rejected records</h3>
                <RejectedList day={day} within={at} version={slot.rejected} format={format} />
              </section>
            )}
            {!isReplay && (
              <section aria-label="Explain this window">
                <Disclosure summary={<span className="font-medium">Explain this window</span>}>
                  <Explanation slot={slot} format={format} />
                </Disclosure>
              </section>
            )}
          </>
        )}
      </div>
    </Drawer>
  );
}
