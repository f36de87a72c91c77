import { invalidArgument, S3Error } from './s3-error.ts';

/** Both ends inclusive, as in `Content-Range`. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** One range of RFC 9110, 14.1.2; null when there is none or it cannot be read as one: then the whole is answered. */
export function parseRange(header: string | null, size: number): ByteRange | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return null;
  const [, from = '', to = ''] = match;
  if (from !== '' && to !== '' && Number(to) < Number(from)) return null;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first > last) {
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
      RangeRequested: header ?? '',
      ActualObjectSize: String(size),
    });
  }
  return { first, last };
}

/** The range of a copy names both ends, and both lie in the source. Throws S3Error InvalidArgument, InvalidRequest. */
export function parseCopyRange(text: string | null, size: number): ByteRange | null {
  if (text === null) return null;
  const match = /^bytes=(\d+)-(\d+)$/.exec(text);
  const range = { first: Number(match?.[1]), last: Number(match?.[2]) };
  const refuse = (message: string) => invalidArgument('x-amz-copy-source-range', text, message);
  if (match === null || range.last < range.first) {
    throw refuse(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    );
  }
  if (range.first >= size) {
    throw new S3Error('InvalidRequest', 'The specified copy range is invalid for the source object size');
  }
  if (range.last >= size) throw refuse(`Range specified is not valid for source object of size: ${size}`);
  return range;
}
