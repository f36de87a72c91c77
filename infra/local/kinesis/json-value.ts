import { KinesisError } from './kinesis-error.ts';

/**
 * JSON values of a request as what a member wants. Each throws SerializationException, in the words of the Java that the
 * service is made of.
 */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw cannotConvert(value, 'an String');
}

export function asNumber(value: unknown, target: string): number {
  if (typeof value === 'number') return value;
  throw cannotConvert(value, target);
}

export function asBase64(value: unknown): string {
  if (typeof value !== 'string') throw cannotConvert(value, 'a Blob');
  const refuse = (reason: string) => notSerializable(`'${value}' can not be converted to a Blob: ${reason}`);
  if (value.length % 4 !== 0) {
    throw refuse(`Base64 encoded length is expected a multiple of 4 bytes but found: ${value.length}`);
  }
  const foreign = /[^a-zA-Z0-9+/=]|=[^=]/.exec(value);
  if (foreign !== null) throw refuse(`Invalid Base64 character: '${foreign[0].charAt(0)}'`);
  if (!isCanonicalBase64(value)) throw refuse('Invalid last non-pad Base64 character dectected');
  return value;
}

const BASE64 = /^[A-Za-z0-9+/]*(?:[AQgw]==|[AEIMQUYcgkosw048]=)?$/;

/** Full quartets, and no bits set that padding makes void. */
export function isCanonicalBase64(value: string): boolean {
  return value.length % 4 === 0 && BASE64.test(value);
}

function cannotConvert(value: unknown, target: string): KinesisError {
  if (Array.isArray(value)) return listNotExpected();
  if (typeof value === 'object') return structureNotExpected();
  const javaClass =
    typeof value === 'boolean'
      ? 'java.lang.Boolean'
      : typeof value === 'string'
        ? 'java.lang.String'
        : 'com.amazon.coral.value.json.numbers.TruncatingBigNumber';
  return notSerializable(`class ${javaClass} can not be converted to ${target}`);
}

export function listNotExpected(): KinesisError {
  return notSerializable('Start of list found where not expected');
}

export function structureNotExpected(): KinesisError {
  return notSerializable('Start of structure or map found where not expected.');
}

export function notSerializable(message: string): KinesisError {
  return new KinesisError('SerializationException', message);
}
