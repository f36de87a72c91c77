import { type Window, windowTime } from '../../../../lib/core/window.ts';
import type { StreamRecord } from '../../kinesis/stream-reader.ts';
import { EVENT_LIMIT_BYTES } from '../event-limit.ts';
import type { TrackedRecord } from '../window-tracker.ts';

/**
 * The event of an invocation, as JSON text. Records are written once, when they are read: an event of thousands of
 * records is then a join, its length is known before it is built, and a retry sends the same text.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-event-example
 */

/** Where records come from and who reads them: what every record of an event repeats. */
export interface EventSource {
  readonly shardId: string;
  readonly streamArn: string;
  readonly region: string;
  /** The function's execution role. */
  readonly roleArn: string;
}

/** A record that has been read, with its element of `Records` as JSON text. */
export interface InboxRecord extends TrackedRecord {
  readonly text: string;
}

/** Turns the stream's records into event records: AWS's fields, in AWS's order, without `encryptionType`. */
export function recordWriter(source: EventSource): (record: StreamRecord) => InboxRecord {
  const head = '{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":';
  const tail =
    `","eventName":"aws:kinesis:record","invokeIdentityArn":${JSON.stringify(source.roleArn)}` +
    `,"awsRegion":${JSON.stringify(source.region)},"eventSourceARN":${JSON.stringify(source.streamArn)}}`;
  const middle = `},"eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"${source.shardId}:`;
  return ({ sequenceNumber, partitionKey, data, arrivalMs }) => {
    const key = JSON.stringify(partitionKey);
    const text =
      `${head}${key},"sequenceNumber":"${sequenceNumber}","data":"${data}"` +
      `,"approximateArrivalTimestamp":${arrivalMs / 1000}${middle}${sequenceNumber}${tail}`;
    // All but the partition key is ASCII. One byte more for the comma.
    const bytes = text.length - key.length + Buffer.byteLength(key) + 1;
    return { sequenceNumber, settles: sequenceNumber, arrivalMs, text, bytes };
  };
}

export interface WindowFields {
  readonly window: Window;
  /** Compact JSON. */
  readonly state: string;
  readonly final: boolean;
  readonly early: boolean;
}

/** `fields` null: an event without windows holds `Records` and nothing else. */
export function eventText(
  source: EventSource,
  records: readonly InboxRecord[],
  fields: WindowFields | null,
): string {
  const texts: string[] = [];
  for (const { text } of records) texts.push(text);
  return `{"Records":[${texts.join(',')}]${windowText(source, fields)}}`;
}

/** How many bytes of records an event can hold beside its other fields. */
export function roomBytes(source: EventSource, fields: WindowFields | null): number {
  // Every record brings a comma, and the last one's is not written.
  return EVENT_LIMIT_BYTES - '{"Records":[]}'.length - Buffer.byteLength(windowText(source, fields)) + 1;
}

/** Exactly these seven keys, in the order in which Lambda was seen to write them. */
function windowText(source: EventSource, fields: WindowFields | null): string {
  if (fields === null) return '';
  const { window, state, final, early } = fields;
  return (
    `,"shardId":"${source.shardId}","eventSourceARN":${JSON.stringify(source.streamArn)}` +
    `,"window":{"start":"${windowTime(window.startMs)}","end":"${windowTime(window.endMs)}"}` +
    `,"state":${state},"isFinalInvokeForWindow":${final},"isWindowTerminatedEarly":${early}`
  );
}
