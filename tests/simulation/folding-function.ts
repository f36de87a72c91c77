import type { WindowedEvent } from '../../infra/local/testing/windowed-event.ts';
import { fold, isFolded, parseState, serializeState } from '../../lib/core/aggregate.ts';
import { resultKey } from '../../lib/core/object-key.ts';
import { parseSale } from '../../lib/core/sale.ts';
import { parseWindowTime } from '../../lib/core/window.ts';
import { resultOf, serializeResult } from '../../lib/core/window-result.ts';

/** An event as the function sees it: parsed from the JSON text that the mapping sent. */
export type WindowEvent = WindowedEvent;

export interface Folded {
  /** What the function returns. */
  readonly response: { readonly state: object; readonly batchItemFailures?: readonly object[] };
  /** The window result that it writes to S3, on a final invocation. */
  readonly object: { readonly key: string; readonly body: string } | null;
}

/**
 * The consumer's fold over one event, with the project's own aggregate, result and key. `failAt`: reports this record,
 * and returns the state of those before it. `padding`: so many bytes more of state.
 */
export function foldEvent(event: WindowEvent, failAt: number | null, padding: number): Folded {
  const aggregate = parseState(event.state);
  const records = failAt === null ? event.Records : event.Records.slice(0, failAt);
  for (const { kinesis } of records) {
    if (isFolded(aggregate, kinesis.sequenceNumber)) continue;
    fold(aggregate, kinesis.sequenceNumber, parseSale(Buffer.from(kinesis.data, 'base64').toString()));
  }
  if (event.isFinalInvokeForWindow) {
    const startMs = parseWindowTime(event.window.start) ?? Number.NaN;
    const endMs = parseWindowTime(event.window.end) ?? Number.NaN;
    const result = resultOf(aggregate, { startMs, endMs }, event.shardId, event.isWindowTerminatedEarly);
    return {
      response: { state: {} },
      object: result && { key: resultKey(result), body: serializeResult(result) },
    };
  }
  const failed = failAt === null ? undefined : event.Records[failAt]?.kinesis.sequenceNumber;
  return {
    response: {
      state: {
        ...serializeState(aggregate),
        ...(padding > 0 ? { padding: 'x'.repeat(padding) } : {}),
      },
      ...(failed === undefined ? {} : { batchItemFailures: [{ itemIdentifier: failed }] }),
    },
    object: null,
  };
}
