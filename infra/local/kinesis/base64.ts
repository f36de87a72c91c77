import type { Member } from '../aws-json/request-shape.ts';
import { checkLength } from '../aws-json/violations.ts';
import { cannotConvert, notSerializable } from './kinesis-json.ts';

const BASE64 = /^[A-Za-z0-9+/]*(?:[AQgw]==|[AEIMQUYcgkosw048]=)?$/;

/** Full quartets, and no bits set that padding makes void. */
export function isCanonicalBase64(value: string): boolean {
  return value.length % 4 === 0 && BASE64.test(value);
}

/** A member of bytes: base64, kept as it came; the length is that of the bytes. */
export function blob(constraints: { readonly max: number }): Member<string> {
  return {
    convert: asBase64,
    check(value, path, violations) {
      const bytes = Buffer.byteLength(value, 'base64');
      const shown = `'java.nio.HeapByteBuffer[pos=0 lim=${bytes} cap=${bytes}]'`;
      checkLength(bytes, constraints, (constraint) => violations.add(shown, path, constraint));
    },
  };
}

/** Throws KinesisError SerializationException. */
function asBase64(value: unknown): string {
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
