import { Readable } from 'node:stream';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';

export interface Deadline {
  /** From the call to the last byte of its answer's body, in milliseconds. */
  readonly totalMs: number;
  /** From the answer's headers to the last byte of its body. */
  readonly bodyMs?: number;
  /** Calls at once. */
  readonly sockets: number;
}

const CONNECT_MS = 5000;

/**
 * Ends every call in time, its body included: the SDK's own time-outs end with the headers, and an answer that stalls behind
 * them holds whoever waits for it, and its connection, for good.
 */
export class DeadlineHandler extends NodeHttpHandler {
  readonly #deadline: Deadline;

  constructor(deadline: Deadline) {
    const agent = { maxSockets: deadline.sockets };
    const options: NodeHttpHandlerOptions = {
      connectionTimeout: Math.min(CONNECT_MS, deadline.totalMs),
      requestTimeout: deadline.totalMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    };
    super(options);
    this.#deadline = deadline;
  }

  override async handle(
    ...call: Parameters<NodeHttpHandler['handle']>
  ): ReturnType<NodeHttpHandler['handle']> {
    const startedMs = performance.now();
    const answer = await super.handle(...call);
    const body: unknown = answer.response.body;
    if (!(body instanceof Readable)) return answer;
    const { totalMs, bodyMs = totalMs } = this.#deadline;
    const leftMs = Math.max(0, Math.min(bodyMs, totalMs - (performance.now() - startedMs)));
    const timer = setTimeout(() => body.destroy(stalled(leftMs)), leftMs);
    // It may end when nobody reads it any more: then there is nobody to tell.
    body.on('error', () => {});
    body.once('close', () => clearTimeout(timer));
    return answer;
  }
}

/** By the name that the SDK and the page know time-outs by. */
function stalled(ms: number): Error {
  const words = `Expected the whole body of the answer within ${Math.round(ms)} ms of its headers, got a part of it.`;
  return Object.assign(new Error(words), { name: 'TimeoutError' });
}
