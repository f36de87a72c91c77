import { DeadlineHandler } from '../../lib/core/deadline-handler.ts';

/** Longer than any call of these commands takes. */
const CALL_MS = 20_000;

/** What an AWS client is made with whose calls end: `callMs` is of one attempt, its answer's body included. */
export function limitedCalls(region: string, callMs = CALL_MS) {
  return { region, requestHandler: new DeadlineHandler({ totalMs: callMs, sockets: 2 }) };
}
