/** What crosses between the pool and a worker. Events and responses are JSON text, as between Lambda and a runtime. */
export interface WorkerSettings {
  /** file: URL of the bundle. */
  readonly bundleUrl: string;
  readonly handlerFile: string;
  readonly handlerExport: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly memoryMb: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly loggingFormat: 'Text' | 'JSON';
}

export interface WorkerRequest {
  readonly requestId: string;
  readonly payload: string;
  readonly timeoutMs: number;
  readonly invokedFunctionArn: string;
  /** JSON text, from `X-Amz-Client-Context`. */
  readonly clientContext?: string;
  /** Ends the worker in place of the handler, as a crash would. */
  readonly crash?: true;
}

export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'log'; readonly timestampMs: number; readonly message: string }
  | { readonly kind: 'success'; readonly payload: string; readonly memoryBytes: number }
  /** The handler, or the module around it, failed; `payload` is `{"errorType", "errorMessage", "trace"}` as JSON text. */
  | {
      readonly kind: 'failure';
      readonly payload: string;
      readonly memoryBytes: number;
      /** The worker ends with it. */
      readonly fatal: boolean;
    };
