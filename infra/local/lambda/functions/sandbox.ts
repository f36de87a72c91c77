/**
 * An execution environment with one function loaded: a thread with a Node.js handler, or a process that speaks Lambda's
 * Runtime API. Keeps its memory from invocation to invocation, and runs one at a time.
 */
export interface Sandbox {
  /** Resolves with null when the handler is loaded, or with how loading failed. */
  readonly loaded: Promise<SandboxResult | null>;
  /** Resolves when the sandbox has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly isAlive: boolean;
  run(request: SandboxRequest): Promise<SandboxResult>;
  terminate(): Promise<void>;
}

export interface SandboxRequest {
  readonly requestId: string;
  readonly payload: string;
  readonly timeoutMs: number;
  readonly invokedFunctionArn: string;
  /** JSON text, from `X-Amz-Client-Context`. */
  readonly clientContext?: string;
  /** Ends the sandbox in place of the handler, as a crash would. */
  readonly crash?: true;
}

/** How an invocation ended in its sandbox: answered, or gone with it. */
export type SandboxResult =
  | { readonly kind: 'success'; readonly payload: string; readonly memoryBytes: number }
  /** The handler, or the module around it, failed; `payload` is `{"errorType", "errorMessage", "trace"}` as JSON text. */
  | { readonly kind: 'failure'; readonly payload: string; readonly memoryBytes: number }
  /** `how`: `exit status 1`, `signal: killed`; null for an end without a reason. */
  | { readonly kind: 'exited'; readonly how: string | null }
  | { readonly kind: 'out-of-memory' }
  /** The answer is larger than Lambda takes. */
  | { readonly kind: 'too-large' }
  | { readonly kind: 'terminated' };

/** What a sandbox writes: one event of the log. */
export type LogListener = (timestampMs: number, message: string) => void;
