const ORPHAN_CHECK_MS = 500;

/** Calls for each signal that asks this process to end, and when npm, which started it, is gone. */
export function onEnd(act: () => void): void {
  if (process.env.npm_lifecycle_event !== undefined) onOrphaned(act);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, act);
}

/** A `kill` of npm does not come through: the shell that npm runs a script in dies of it alone. */
function onOrphaned(act: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, ORPHAN_CHECK_MS);
  timer.unref();
}
