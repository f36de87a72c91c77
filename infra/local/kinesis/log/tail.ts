import { isWholeFrame, readFrameHeader, summedLength } from './record-frame.ts';

/**
 * What the bytes are that stand behind a log's last whole frame. Torn: the beginning of an append that a crash cut off,
 * or what a file system left; nobody was told that it is stored. Damaged: records that somebody was told of.
 *
 * `nextIndex`: of the record that would come next.
 */
export function judgeTail(rest: Buffer, nextIndex: number): 'torn' | 'damaged' {
  return isCompleteFrame(rest, nextIndex) || holdsWholeFrame(rest, nextIndex) ? 'damaged' : 'torn';
}

/**
 * Of a torn frame some bytes are missing. One that has all of them is wrong in its content, and no single field of it can
 * hide that: its length stands in the frame twice, and its first index is known.
 */
function isCompleteFrame(rest: Buffer, nextIndex: number): boolean {
  const stated = readFrameHeader(rest, 0);
  const summed = summedLength(rest, 0);
  const isStated = stated !== null && stated.length <= rest.length;
  const isSummed = summed !== null && summed <= rest.length;
  const isNext = rest.length >= 24 && rest.readDoubleLE(16) === nextIndex;
  return isNext ? isStated || isSummed : isStated && stated.length === summed;
}

function holdsWholeFrame(rest: Buffer, nextIndex: number): boolean {
  for (let at = 1; at < rest.length; at += 1) {
    const header = readFrameHeader(rest, at);
    if (header === null || header.firstIndex < nextIndex || !Number.isSafeInteger(header.firstIndex))
      continue;
    if (isWholeFrame(rest, at, header.length)) return true;
  }
  return false;
}
