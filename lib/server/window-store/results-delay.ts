import 'server-only';

const RESULTS_MS = 5000;
const RESULTS_NEAR_CLOSE_MS = 1000;
/** How long after a window's end its result is most likely to come, beyond the idle wait (of which AWS has up to 120 s). */
const NEAR_CLOSE_MS = 4000;
const MAX_IDLE_MS = 5000;

/** How long until the results are to be listed again: often near a close, and at the moment of one. */
export function resultsDelayMs(
  nowMs: number,
  windowSeconds: number,
  idleSeconds: number,
  isClosing: boolean,
): number {
  const lengthMs = windowSeconds * 1000;
  const intoMs = nowMs % lengthMs;
  const nearMs = Math.min(idleSeconds * 1000, MAX_IDLE_MS) + NEAR_CLOSE_MS;
  if (isClosing || intoMs < nearMs) return RESULTS_NEAR_CLOSE_MS;
  return Math.min(RESULTS_MS, lengthMs - intoMs);
}
