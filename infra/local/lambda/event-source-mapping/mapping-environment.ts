import type { Clock } from '../../clock.ts';
import type { StreamReader } from '../../kinesis/stream-reader.ts';
import type { FunctionInvoker } from '../function-invoker.ts';
import type { PutFailureObject } from './failure-delivery.ts';
import type { MappingStore } from './mapping-store.ts';
import type { InvocationReport } from './sender.ts';

/** What every mapping runs on. */
export interface MappingEnvironment {
  readonly store: MappingStore;
  readonly reader: StreamReader;
  readonly invoker: FunctionInvoker;
  readonly clock: Clock;
  readonly putFailureObject: PutFailureObject;
  /** The stream as it is now; null when it is gone. Bounds the retries of a batch by the stream's retention. */
  readonly resolveStream: (streamArn: string) => Promise<{ readonly retentionMs: number } | null>;
  /** How long after its end an idle window is closed; AWS says "up to 2 minutes". */
  readonly idleSeconds: number;
  /** A final invocation must return a `state`, too. AWS's pages differ on it; off by default. */
  readonly strictFinal?: boolean;
  /** Lambda's own where it is left out: a simulation ends windows early with small states. */
  readonly stateLimitBytes?: number;
  readonly newId: () => string;
  readonly onInvocation?: (report: InvocationReport & { readonly mappingUuid: string }) => void;
  readonly log: (line: string) => void;
}
