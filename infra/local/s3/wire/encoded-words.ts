/**
 * User metadata is text, headers are ASCII: what goes beyond it travels as encoded words (RFC 2047), which S3 decodes when it
 * stores and makes again, in its own way, when it answers.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
export function decodeMetadata(header: string): string {
  const bytes = Buffer.from(header, 'latin1');
  const text = bytes.toString('utf8');
  const value = Buffer.from(text).equals(bytes) ? text : header;
  return value
    .replace(/(=\?utf-8\?[bq]\?[^?]*\?=)\s+(?==\?utf-8\?[bq]\?)/gi, '$1')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_word, coding: string, content: string) =>
      coding.toLowerCase() === 'b' ? Buffer.from(content, 'base64').toString() : decodeQ(content),
    );
}

/** The inverse of `decodeMetadata`: as it is when printable ASCII, else a word: quoted when most of it is, or in base64. */
export function encodeMetadata(text: string): string {
  const unprintable = [...text].filter((character) => !/[\t\x20-\x7e]/.test(character)).length;
  if (unprintable === 0) return text;
  const isMostlyAscii = [...text].length > 2 * unprintable;
  return isMostlyAscii
    ? `=?UTF-8?Q?${encodeQ(text)}?=`
    : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}

function decodeQ(content: string): string {
  const bytes = content
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

function encodeQ(text: string): string {
  return Array.from(Buffer.from(text), (byte) => {
    const character = String.fromCharCode(byte);
    if (character === ' ') return '_';
    const isPlain = byte > 0x20 && byte < 0x7f && !'=_?'.includes(character);
    return isPlain ? character : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}
