import fs from 'node:fs';
import { StorageError } from '../kinesis-error.ts';
import { type FrameHeader, HEADER_BYTES, isWholeFrame, readFrameHeader } from './record-frame.ts';

/** A frame and where it stands in the file. */
export interface PlacedFrame extends FrameHeader {
  readonly offset: number;
}

/** One entry of the sparse index for at least so many bytes of log: a log of a gigabyte costs 16,000 entries. */
const INDEX_SPACING_BYTES = 64 * 1024;
const READ_BYTES = 256 * 1024;

/**
 * One file of a shard's log: frames back to back, only ever appended to. All calls are synchronous: they go to the page
 * cache, which is what "acknowledged" means here (it survives the death of the process, not of the machine), and cost
 * less there than a round trip through the thread pool.
 */
export class LogSegment {
  #fd: number | null = null;
  /** Bytes of a failed append may still stand behind the end. */
  #torn = false;
  /** Every so many bytes the first frame that begins there; null until somebody reads a segment of an earlier run. */
  #index: PlacedFrame[] | null;

  private constructor(
    readonly file: string,
    readonly firstIndex: number,
    public size: number,
    indexed: boolean,
  ) {
    this.#index = indexed ? [] : null;
  }

  static create(file: string, firstIndex: number): LogSegment {
    const segment = new LogSegment(file, firstIndex, 0, true);
    try {
      segment.#fd = fs.openSync(file, 'wx+');
    } catch (error) {
      throw new StorageError('create', file, error);
    }
    return segment;
  }

  /** A segment of an earlier run. Nothing is read yet. */
  static open(file: string, firstIndex: number): LogSegment {
    return new LogSegment(file, firstIndex, fs.statSync(file).size, false);
  }

  /**
   * Walks every frame, checks it, and cuts the file where the first one is torn. Answers the last whole frame, and how
   * many bytes were cut: what a crash had left half-written, and nobody had been told was stored.
   */
  recover(): { readonly last: PlacedFrame | null; readonly cutBytes: number } {
    let last: PlacedFrame | null = null;
    let end = 0;
    this.#index = [];
    for (const { frame, bytes, at } of this.#walk(0, true)) {
      if (!isWholeFrame(bytes, at, frame.length)) break;
      last = frame;
      end = frame.offset + frame.length;
      this.#remember(frame);
    }
    const cutBytes = this.size - end;
    if (cutBytes > 0) {
      fs.truncateSync(this.file, end);
      this.size = end;
    }
    return { last, cutBytes };
  }

  /** All of the bytes or none: what a full disk took of them is cut off again. */
  append(bytes: Buffer, header: FrameHeader): void {
    const offset = this.size;
    try {
      this.#fd ??= fs.openSync(this.file, 'r+');
      if (this.#torn) this.#cut(offset);
      for (let written = 0; written < bytes.length; ) {
        written += fs.writeSync(this.#fd, bytes, written, bytes.length - written, offset + written);
      }
    } catch (error) {
      this.#torn = true;
      try {
        this.#cut(offset);
      } catch {} // tried again before the next append; a restart cuts it, too
      throw new StorageError('append to', this.file, error);
    }
    this.size = offset + bytes.length;
    this.#remember({ ...header, offset });
  }

  #cut(size: number): void {
    if (this.#fd === null) return;
    fs.ftruncateSync(this.#fd, size);
    this.#torn = false;
  }

  first(): PlacedFrame | null {
    for (const { frame } of this.#walk(0, false)) return frame;
    return null;
  }

  last(): PlacedFrame | null {
    let last: PlacedFrame | null = null;
    for (const { frame } of this.#walk(this.#indexed().at(-1)?.offset ?? 0, false)) last = frame;
    return last;
  }

  /** The first frame for which `isReached` holds; it must hold for all that follow, too. */
  find(isReached: (frame: PlacedFrame) => boolean): PlacedFrame | null {
    const index = this.#indexed();
    let low = 0;
    let high = index.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const frame = index[middle];
      if (frame !== undefined && isReached(frame)) high = middle;
      else low = middle + 1;
    }
    for (const { frame } of this.#walk(index[low - 1]?.offset ?? 0, false)) {
      if (isReached(frame)) return frame;
    }
    return null;
  }

  /** The frames from an offset on, each with its bytes, checked. */
  *read(offset: number): Generator<{ frame: PlacedFrame; bytes: Buffer; at: number }> {
    for (const read of this.#walk(offset, true)) {
      if (!isWholeFrame(read.bytes, read.at, read.frame.length)) {
        throw new StorageError(
          'read',
          this.file,
          new SyntaxError(`the frame at byte ${read.frame.offset} is damaged`),
        );
      }
      yield read;
    }
  }

  close(): void {
    if (this.#fd !== null) fs.closeSync(this.#fd);
    this.#fd = null;
  }

  /** For a segment that no reader reaches any more: where the disk refuses, the next start removes it. */
  remove(): void {
    this.close();
    try {
      fs.rmSync(this.file, { force: true });
    } catch {}
  }

  #indexed(): PlacedFrame[] {
    if (this.#index === null) {
      this.#index = [];
      for (const { frame } of this.#walk(0, false)) this.#remember(frame);
    }
    return this.#index;
  }

  #remember(frame: PlacedFrame): void {
    const index = this.#index;
    if (index === null) return;
    const last = index.at(-1);
    if (last === undefined || frame.offset >= last.offset + INDEX_SPACING_BYTES) index.push(frame);
  }

  /** Frame after frame, until the end or until bytes that are none. `whole`: the frame's bytes are wanted, too. */
  *#walk(
    from: number,
    whole: boolean,
  ): Generator<{ readonly frame: PlacedFrame; readonly bytes: Buffer; readonly at: number }> {
    const fd = this.#fd ?? this.#openToRead();
    try {
      let bytes: Buffer = Buffer.alloc(0);
      let start = from;
      for (let offset = from; offset + HEADER_BYTES <= this.size; ) {
        let header = readFrameHeader(bytes, offset - start);
        if (header === null || (whole && offset - start + header.length > bytes.length)) {
          bytes = this.#load(fd, offset, Math.max(READ_BYTES, header?.length ?? 0));
          start = offset;
          header = readFrameHeader(bytes, 0);
          if (header === null) return;
          if (whole && header.length > bytes.length) bytes = this.#load(fd, offset, header.length);
        }
        yield { frame: { ...header, offset }, bytes, at: offset - start };
        offset += header.length;
      }
    } finally {
      if (fd !== this.#fd) fs.closeSync(fd);
    }
  }

  #openToRead(): number {
    try {
      return fs.openSync(this.file, 'r');
    } catch (error) {
      throw new StorageError('open', this.file, error);
    }
  }

  #load(fd: number, offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.min(length, this.size - offset));
    try {
      return bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, offset));
    } catch (error) {
      throw new StorageError('read', this.file, error);
    }
  }
}
