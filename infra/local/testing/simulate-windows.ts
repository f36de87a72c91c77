import { callHandler, type HandlerHost, type WindowedHandler } from './handler-call.ts';
import { planOf } from './plan.ts';
import { play } from './play.ts';
import type { Scenario } from './scenario.ts';
import { withClock } from './virtual-date.ts';
import type { WindowRun } from './window-run.ts';

/** Runs share the process's environment and its `Date`: one goes after the other. */
let before: Promise<unknown> = Promise.resolve();

/**
 * Plays a scenario through a handler: the local runtime's event source mapping, with its windows, on a clock that jumps
 * from one thing to the next. Within the handler `Date` says the scenario's time, and the AWS SDK's S3 client finds a
 * bucket of any name in this process. Throws ScenarioError, and TypeError for a handler or a scenario
 * that is none.
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
  if (typeof handler !== 'function') {
    throw new TypeError(
      `Expected a handler, which is a function, got ${typeof handler}: is it exported by that name?`,
    );
  }
  const host: HandlerHost = {
    call: (payload, call) => withClock(call.now, () => callHandler(handler, payload, call)),
    restart: () => {}, // a function of this process keeps its memory
  };
  return (await play(planOf(scenario), host)).run;
}
