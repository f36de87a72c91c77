/** A context of an invocation that has so long to live from now on. */
export function contextOf(lifeMs: number, awsRequestId = 'invocation-1') {
  const endMs = performance.now() + lifeMs;
  return {
    awsRequestId,
    functionName: 'function',
    getRemainingTimeInMillis: () => Math.round(endMs - performance.now()),
  };
}
