/**
 * How the event source mapping calls a function. The function pool implements it with workers, the simulation in memory.
 * A function's failure is data, not an exception.
 */
export type InvocationOutcome =
  | { readonly kind: 'success'; readonly requestId: string; readonly payload: string }
  | {
      readonly kind: 'function-error';
      readonly requestId: string;
      /** Handled: the handler threw or rejected. Unhandled: it timed out, crashed or exited. */
      readonly functionError: 'Handled' | 'Unhandled';
      /** `{"errorType", "errorMessage", "trace"}` as JSON text. */
      readonly payload: string;
    }
  /** Not run at all: throttled, missing, or the payload too large. Does not use up MaximumRetryAttempts. */
  | { readonly kind: 'not-invoked'; readonly errorType: string; readonly message: string };

export interface FunctionInvoker {
  /** Event and response cross as JSON text, as in AWS. Never rejects. A retry may pass on the request id it had before. */
  invoke(functionArn: string, payload: string, requestId?: string): Promise<InvocationOutcome>;
}
