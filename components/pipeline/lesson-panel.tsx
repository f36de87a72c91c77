'use client';

import type { Deed } from '@/components/live/deed-store';
import type { PageData } from '@/components/live/page-data';
import { LESSONS, whatLambdaDid } from '@/components/pipeline/lessons';
import { Button } from '@/components/ui/button';
import { useExplanation } from '@/components/window/use-explanation';
import { headingId } from '@/lib/contract/heading-id';
import type { RuntimeAnswer } from '@/lib/contract/runtime-answer';
import { windowAt } from '@/lib/core/window';

interface LessonPanelProps extends Pick<PageData, 'answer' | 'format' | 'change'> {
  readonly deed: Deed;
  readonly runtime: RuntimeAnswer | undefined;
  readonly onClose: () => void;
}

/** What was done, what Lambda makes of it, live, and what that means. */
export function LessonPanel({ deed, answer, format, change, runtime, onClose }: LessonPanelProps) {
  const { rule, means, heading } = LESSONS[deed.fault];
  const { startMs, endMs } = windowAt(deed.atMs, answer.windowSeconds);
  const { data } = useExplanation(startMs, true);
  const invocations = (data?.invocations ?? []).filter((each) => each.timeMs >= deed.atMs);
  const done = whatLambdaDid(deed.fault, { runtime, invocations });
  return (
    <section
      aria-label="Lesson"
      data-testid="lesson"
      className="flex flex-col gap-3 border-line border-t pt-3"
    >
      <dl className="grid gap-x-6 gap-y-3 md:grid-cols-3">
        <div>
          <dt className="font-medium">What you did</dt>
          <dd className="text-muted">
            {deed.words} At {format.clock(deed.atMs)}.
          </dd>
        </div>
        <div>
          <dt className="font-medium">What Lambda does</dt>
          <dd className="text-muted">
            {rule}
            {done.map((words) => (
              <span key={words} className="block text-text" data-testid="lesson-live">
                {words}
              </span>
            ))}
          </dd>
        </div>
        <div>
          <dt className="font-medium">What it means</dt>
          <dd className="text-muted">{means}</dd>
        </div>
      </dl>
      <div className="flex flex-wrap items-center gap-2">
        <Button onClick={() => change({ w: startMs })}>See {format.range(startMs, endMs)}</Button>
        <a href={`/rules#${headingId(heading)}`} target="_blank" rel="noreferrer" className="px-2 underline">
          The rule: {heading}
        </a>
        <Button look="quiet" className="ml-auto" onClick={onClose}>
          Close
        </Button>
      </div>
    </section>
  );
}
