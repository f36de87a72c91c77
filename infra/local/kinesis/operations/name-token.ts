import { KinesisError } from '../kinesis-error.ts';

/** A list's token is good for five minutes. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html */
const TOKEN_LIFETIME_MS = 300_000;

/** Where a list by names goes on, handed to the client as an opaque text. `list`: which one, for no other takes it. */
export function encodeNameToken(list: string, lastName: string, nowMs: number): string {
  return Buffer.from(JSON.stringify([list, nowMs, lastName])).toString('base64');
}

/** The last name. Throws InvalidArgumentException, ExpiredNextTokenException. */
export function decodeNameToken(list: string, token: string, nowMs: number): string {
  const [kind, issuedMs, lastName] = tokenFields(token);
  if (kind !== list || typeof issuedMs !== 'number' || typeof lastName !== 'string') {
    throw new KinesisError('InvalidArgumentException', 'Invalid NextToken.');
  }
  refuseExpired(issuedMs, nowMs);
  return lastName;
}

/** Throws ExpiredNextTokenException. */
export function refuseExpired(issuedMs: number, nowMs: number): void {
  if (nowMs - issuedMs < TOKEN_LIFETIME_MS) return;
  throw new KinesisError('ExpiredNextTokenException', 'NextToken has expired.');
}

/** What a token carries; nothing where it is none of ours. */
export function tokenFields(token: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
