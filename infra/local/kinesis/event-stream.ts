import { crc32 } from 'node:zlib';

/** One message of an event stream: an event or an exception, its body in JSON's text. */
export interface StreamEvent {
  readonly kind: 'event' | 'exception';
  /** AWS's name of the event or of the exception. */
  readonly type: string;
  readonly json: string;
}

/** An answer that goes on: events until it ends, or until the signal says that nobody listens any more. */
export class EventStream {
  constructor(readonly open: (signal: AbortSignal) => AsyncIterable<StreamEvent>) {}
}

/**
 * Lengths and headers, the body, and two checksums.
 * https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream
 */
export function encodeEvent(event: StreamEvent, body: Buffer, contentType: string): Buffer {
  const headers = Buffer.concat([
    header(`:${event.kind}-type`, event.type),
    header(':content-type', contentType),
    header(':message-type', event.kind),
  ]);
  const length = 12 + headers.length + body.length + 4;
  const message = Buffer.alloc(length);
  message.writeUInt32BE(length, 0);
  message.writeUInt32BE(headers.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  headers.copy(message, 12);
  body.copy(message, 12 + headers.length);
  message.writeUInt32BE(crc32(message.subarray(0, length - 4)), length - 4);
  return message;
}

const TEXT_HEADER = 7;

function header(name: string, value: string): Buffer {
  const start = Buffer.from([name.length]);
  const middle = Buffer.from([TEXT_HEADER, value.length >>> 8, value.length & 255]);
  return Buffer.concat([start, Buffer.from(name), middle, Buffer.from(value)]);
}
