import type { SandboxRequest } from './sandbox.ts';

/** What crosses between the pool and a Node.js worker. Events and responses are JSON text, as between Lambda and a runtime. */
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

export type WorkerRequest = SandboxRequest;

export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'log'; readonly timestampMs: number; readonly message: string }
  | { readonly kind: 'success'; readonly payload: string; readonly memoryBytes: number }
  | {
      readonly kind: 'failure';
      readonly payload: string;
      readonly memoryBytes: number;
      /** The worker ends with it. */
      readonly fatal: boolean;
    };
