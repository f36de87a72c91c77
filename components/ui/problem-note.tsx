'use client';

import { CopyFix } from '@/components/ui/copy-button';
import type { Problem } from '@/lib/contract/answers';

/** What went wrong where it went wrong, with what mends it to be copied. */
export function ProblemNote({ problem }: { problem: Problem }) {
  return (
    <div role="alert" className="flex flex-col items-start gap-2 border-error border-l-2 pl-3">
      <p className="text-error">{problem.message}</p>
      {problem.fix !== null && (
        <>
          <pre className="max-w-full overflow-x-auto whitespace-pre-wrap font-mono text-xs">
            {problem.fix}
          </pre>
          <CopyFix look="plain" text={problem.fix} />
        </>
      )}
    </div>
  );
}
