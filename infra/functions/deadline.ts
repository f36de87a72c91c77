/** Thrown for a call of an AWS client that had no whole answer in time; whether it was carried out is not known. */
export class CallTimeoutError extends Error {
  override name = 'CallTimeoutError' as const;

  constructor(
    readonly call: string,
    readonly limitMs: number,
  ) {
    super(`Expected ${call} to answer within ${Math.max(0, Math.round(limitMs))} ms, got no whole answer.`);
  }
}

/**
 * A call with an end: its answer's body and the client's own repetitions count, too. The signal ends what is still under
 * way; that is not waited for, since a body that has stalled may not notice. Throws CallTimeoutError.
 */
export async function within<T>(
  limitMs: number,
  call: string,
  send: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (limitMs <= 0) throw new CallTimeoutError(call, limitMs);
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new CallTimeoutError(call, limitMs));
      controller.abort();
    }, limitMs);
  });
  try {
    return await Promise.race([send(controller.signal), end]);
  } finally {
    clearTimeout(timer);
  }
}
