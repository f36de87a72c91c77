import { setTimeout as sleep } from 'node:timers/promises';
import type { HandlerHost } from './handler-call.ts';
import { InProcessS3, type S3Write } from './in-process-s3.ts';
import type { Plan } from './plan.ts';
import { installVirtualDate } from './virtual-date.ts';
import { VirtualPipeline } from './virtual-pipeline.ts';
import type { WindowRun } from './window-run.ts';

export interface Played {
  readonly run: WindowRun;
  /** In order. */
  readonly writes: readonly S3Write[];
}

/**
 * Plays a plan through a handler, with S3 beside it. One at a time in a process. `lingerMs`: of real time, in the end, for
 * what handlers that have answered are still at.
 */
export async function play(plan: Plan, host: HandlerHost, lingerMs = 0): Promise<Played> {
  const pipeline = new VirtualPipeline(plan, {
    call: (payload, call) => s3.within(call, () => host.call(payload, call)),
    restart: () => host.restart(),
  });
  const s3 = new InProcessS3({ now: pipeline.now, sleep: async () => {} });
  const restoreDate = installVirtualDate();
  try {
    return await s3.during(plan.environment, async () => {
      const run = await pipeline.run();
      if (lingerMs > 0) await sleep(lingerMs);
      return { run: { ...run, objects: s3.objects() }, writes: s3.writes };
    });
  } finally {
    restoreDate();
  }
}
