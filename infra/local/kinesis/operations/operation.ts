import { type Input, type Member, readInput, type Shape } from '../../aws-json/request-shape.ts';
import { text } from '../../aws-json/scalar-members.ts';
import type { EventStream } from '../event-stream.ts';
import { KinesisError } from '../kinesis-error.ts';
import { KINESIS } from '../kinesis-json.ts';
import type { Stream } from '../stream.ts';
import type { Streams } from '../streams.ts';

/** What an operation answers: an object, its JSON text, events that go on, or nothing, which is an empty body. */
export type Answer = object | string | EventStream | null;

export type Operation = (body: unknown, streams: Streams) => Answer;

/** An operation is what it accepts, and what it does with that: validation always comes before state. */
export function operation<S extends Shape>(
  shape: S,
  run: (input: Input<S>, streams: Streams) => Answer,
): Operation {
  return (body, streams) => run(readInput(shape, body, KINESIS), streams);
}

/** Names of streams and ids of shards. */
export const NAME = { pattern: '[a-zA-Z0-9_.-]+', min: 1, max: 128 } as const;
export const SEQUENCE_NUMBER = { pattern: '^(0|([1-9]\\d{0,128}))$' } as const;
export const HASH_KEY = { pattern: '^(0|([1-9]\\d{0,38}))$' } as const;

/** Every operation on a stream takes its name or its ARN, and both if they name the same. */
export const STREAM_TARGET = {
  StreamARN: text({ pattern: 'arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+', min: 1, max: 2048 }),
  StreamName: text(NAME),
} satisfies Record<string, Member<string>>;

export interface StreamTarget {
  readonly StreamARN: string | undefined;
  readonly StreamName: string | undefined;
}

/** Throws ResourceNotFoundException, InvalidArgumentException, UnrecognizedClientException. */
export function targetStream(target: StreamTarget, streams: Streams): Stream {
  return streams.stream(targetName(target, streams));
}

/** Throws InvalidArgumentException, UnrecognizedClientException. */
export function targetName({ StreamARN, StreamName }: StreamTarget, streams: Streams): string {
  if (StreamARN === undefined) {
    if (StreamName !== undefined) return StreamName;
    throw new KinesisError(
      'InvalidArgumentException',
      "Stream arn and stream name can't be empty at the same time",
    );
  }
  const [, , , region, account, resource = ''] = StreamARN.split(':');
  if (region !== streams.region) {
    throw new KinesisError(
      'InvalidArgumentException',
      `The region specified in the ARN '${StreamARN}' does not match the endpoint region`,
    );
  }
  if (account !== streams.accountId) {
    throw new KinesisError('UnrecognizedClientException', 'No account found for the given parameters');
  }
  const name = resource.slice('stream/'.length);
  if (StreamName !== undefined && StreamName !== name) {
    throw new KinesisError(
      'InvalidArgumentException',
      `Input stream name ${StreamName} doesn't match the inferred name in stream arn ${name}`,
    );
  }
  return name;
}

/** A request that only asks whether it would succeed. Throws DryRunOperationException: it would. */
export function endDryRun(isDryRun: boolean | undefined, operationName: string): void {
  if (isDryRun !== true) return;
  throw new KinesisError(
    'DryRunOperationException',
    `DryRunOperation validation succeeded while calling ${operationName} operation.: ` +
      'Request would have succeeded, but DryRun flag is set.',
  );
}

/** Throws ResourceInUseException. */
export function requireActive(stream: Stream, streams: Streams): void {
  if (stream.status === 'ACTIVE') return;
  throw new KinesisError(
    'ResourceInUseException',
    `Stream ${stream.name} under account ${streams.accountId} not ACTIVE, instead in state ${stream.status}`,
  );
}
