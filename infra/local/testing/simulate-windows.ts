import { callHandler, type HandlerHost, type WindowedHandler } from './handler-call.ts';
import { InProcessS3 } from './in-process-s3.ts';
import { planOf } from './plan.ts';
import type { Scenario } from './scenario.ts';
import { installVirtualDate, withClock } from './virtual-date.ts';
import { VirtualPipeline } from './virtual-pipeline.ts';
import type { WindowRun } from './window-run.ts';

/** Runs share the process's environment and its `Date`: one goes after the other. */
let before: Promise<unknown> = Promise.resolve();

/**
 * Plays a scenario through a handler: the local runtime's event source mapping, with its windows, on a clock that jumps
 * from one thing to the next. Within the handler `Date` says the scenario's time, and the AWS SDK's S3 client finds a
 * bucket of any name in this process. Throws ScenarioError.
 */
export function simulateWindows<State extends object = Record<string, unknown>>(
  handler: WindowedHandler<State>,
  scenario: Scenario,
): Promise<WindowRun> {
  const run = before.then(() => simulate(handler, scenario));
  before = run.catch(() => {});
  return run;
}

async function simulate<State extends object>(
  handler: WindowedHandler<State>,
  scenario: Scenario,
): Promise<WindowRun> {
  const plan = planOf(scenario);
  const pipeline = new VirtualPipeline(plan, () => inProcess(handler));
  const s3 = new InProcessS3({ now: pipeline.now, sleep: async () => {} });
  const restoreDate = installVirtualDate();
  try {
    return await s3.during(plan.environment, async () => {
      const run = await pipeline.run();
      return { ...run, objects: s3.objects() };
    });
  } finally {
    restoreDate();
  }
}

function inProcess<State extends object>(handler: WindowedHandler<State>): HandlerHost {
  return {
    call: (payload, call) => withClock(call.now, () => callHandler(handler, payload, call)),
    restart: () => {}, // a function of this process keeps its memory
  };
}
