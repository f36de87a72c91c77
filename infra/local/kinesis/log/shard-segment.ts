import fs from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { shellWord } from '../../../../lib/core/shell-word.ts';
import { DamageError, StorageError } from '../kinesis-error.ts';
import { type FrameHeader, HEADER_BYTES, isWholeFrame, readFrameHeader } from './record-frame.ts';
import { judgeTail } from './tail.ts';

/** A frame and where it stands in the file. */
export interface PlacedFrame extends FrameHeader {
  readonly offset: number;
}

interface ReadFrame {
  readonly frame: PlacedFrame;
  /** Holds the frame's bytes, from `at` on. */
  readonly bytes: Buffer;
  readonly at: number;
}

/** One entry of the sparse index for at least so many bytes of log: a log of a gigabyte costs 16,000 entries. */
const INDEX_SPACING_BYTES = 64 * 1024;
const READ_BYTES = 256 * 1024;

/**
 * Longer than a file should be: appending, recovering and reading share the descriptor, the end and the index of one file.
 *
 * One file of a shard's log: frames back to back, only ever appended to. All calls are synchronous: they go to the page
 * cache, which is what "acknowledged" means here (it survives the death of the process, not of the machine), and cost
 * less there than a round trip through the thread pool.
 */
export class LogSegment {
  #fd: number | null = null;
  /** Of the open file. */
  #inode: number | null = null;
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
      segment.#open('wx+');
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
   * Walks every frame, checks it, and cuts the file where a crash has torn the last one: nobody had been told that it was
   * stored. What is cut is kept beside the file. Answers the last whole frame, and how many bytes were cut. Throws
   * StorageError where the file is damaged instead: then nothing is changed.
   */
  recover(): { readonly last: PlacedFrame | null; readonly cutBytes: number } {
    let last: PlacedFrame | null = null;
    let end = 0;
    this.#index = [];
    for (const { frame } of this.#walk(0)) {
      last = frame;
      end = frame.offset + frame.length;
      this.#remember(frame);
    }
    const cutBytes = this.size - end;
    if (cutBytes > 0) {
      const rest = this.#bytesFrom(end);
      const nextIndex = last === null ? this.firstIndex : last.firstIndex + last.count;
      if (judgeTail(rest, nextIndex) === 'damaged') throw this.#damagedAt(end);
      fs.appendFileSync(this.#tornFile, rest);
      fs.truncateSync(this.file, end);
      this.size = end;
    }
    return { last, cutBytes };
  }

  get #tornFile(): string {
    return `${this.file}.torn`;
  }

  /**
   * All of the bytes or none: what a full disk took of them is cut off again. Refused when the file is no longer in its
   * place, where the next start will look for it.
   */
  append(bytes: Buffer, header: FrameHeader): void {
    const offset = this.size;
    try {
      const fd = this.#fd ?? this.#open('r+');
      const { ino, size } = fs.statSync(this.file);
      if (ino !== this.#inode) {
        throw new DamageError(
          'another file is in its place',
          'restart the runtime, which goes on with that one',
        );
      }
      if (size !== offset && !this.#torn) {
        throw new DamageError(
          `it has ${size} bytes and should have ${offset}: somebody else writes in the data folder`,
          'let one runtime alone use the data folder, and restart it: it goes on with what is there',
        );
      }
      if (this.#torn) this.#cut(offset);
      for (let written = 0; written < bytes.length; ) {
        written += fs.writeSync(fd, bytes, written, bytes.length - written, offset + written);
      }
    } catch (error) {
      if (!(error instanceof DamageError)) this.#cutSoon(offset);
      throw new StorageError('append to', this.file, error);
    }
    this.size = offset + bytes.length;
    this.#remember({ offset, ...header });
  }

  #open(flags: 'r+' | 'wx+'): number {
    this.#fd = fs.openSync(this.file, flags);
    this.#inode = fs.fstatSync(this.#fd).ino;
    return this.#fd;
  }

  /** At once, or else before the next append; a restart cuts it, too. */
  #cutSoon(size: number): void {
    this.#torn = true;
    try {
      this.#cut(size);
    } catch {}
  }

  #cut(size: number): void {
    if (this.#fd === null) return;
    fs.ftruncateSync(this.#fd, size);
    this.#torn = false;
  }

  first(): PlacedFrame | null {
    for (const { frame } of this.read(0)) return frame;
    return null;
  }

  last(): PlacedFrame | null {
    let last: PlacedFrame | null = null;
    for (const { frame } of this.read(this.#indexed().at(-1)?.offset ?? 0)) last = frame;
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
    for (const { frame } of this.read(index[low - 1]?.offset ?? 0)) {
      if (isReached(frame)) return frame;
    }
    return null;
  }

  /** The frames from an offset on, without a gap. Throws StorageError where one is damaged. */
  *read(offset: number): Generator<ReadFrame> {
    let end = offset;
    for (const read of this.#walk(offset)) {
      end = read.frame.offset + read.frame.length;
      yield read;
    }
    if (end < this.size) throw this.#damagedAt(end);
  }

  #damagedAt(offset: number): StorageError {
    const otherwise = `stop the runtime, keep a copy of the file, and cut it there with \`truncate -s ${offset} ${shellWord(this.file)}\`: the records in it from there on are lost then`;
    return new StorageError(
      'read',
      this.file,
      new DamageError(`the frame at byte ${offset} is damaged`, otherwise),
    );
  }

  close(): void {
    if (this.#fd !== null) fs.closeSync(this.#fd);
    this.#fd = null;
  }

  /** Resolves when its bytes are on the disk itself, or gone: then the next start misses them. Throws StorageError. */
  async keep(): Promise<void> {
    if (!fs.existsSync(this.file)) return;
    try {
      const file = await openFile(this.file);
      await file.datasync().finally(() => file.close());
    } catch (error) {
      throw new StorageError('sync', this.file, error);
    }
  }

  /** For a segment that no reader reaches any more. */
  empty(): void {
    try {
      fs.truncateSync(this.file, 0);
    } catch {} // gone already, or to be removed as it is
  }

  /** For a segment that no reader reaches any more: where the disk refuses, an empty file is left. */
  remove(): void {
    this.close();
    try {
      fs.rmSync(this.file, { force: true });
      fs.rmSync(this.#tornFile, { force: true });
    } catch {}
  }

  #indexed(): PlacedFrame[] {
    if (this.#index === null) {
      this.#index = [];
      for (const { frame } of this.read(0)) this.#remember(frame);
    }
    return this.#index;
  }

  #remember(frame: PlacedFrame): void {
    const index = this.#index;
    if (index === null) return;
    const last = index.at(-1);
    if (last === undefined || frame.offset >= last.offset + INDEX_SPACING_BYTES) index.push(frame);
  }

  /** Frame after frame, until the end or until bytes that are no whole frame. */
  *#walk(from: number): Generator<ReadFrame> {
    const fd = this.#fd ?? this.#openToRead();
    try {
      let bytes: Buffer = Buffer.alloc(0);
      let start = from;
      for (let offset = from; offset + HEADER_BYTES <= this.size; ) {
        let header = readFrameHeader(bytes, offset - start);
        if (header === null || offset - start + header.length > bytes.length) {
          bytes = this.#load(fd, offset, Math.max(READ_BYTES, header?.length ?? 0));
          start = offset;
          header = readFrameHeader(bytes, 0);
          if (header === null) return;
          if (header.length > bytes.length) bytes = this.#load(fd, offset, header.length);
        }
        if (!isWholeFrame(bytes, offset - start, header.length)) return;
        yield { frame: { offset, ...header }, bytes, at: offset - start };
        offset += header.length;
      }
    } finally {
      if (fd !== this.#fd) fs.closeSync(fd);
    }
  }

  #bytesFrom(offset: number): Buffer {
    const fd = this.#openToRead();
    try {
      return this.#load(fd, offset, this.size - offset);
    } finally {
      fs.closeSync(fd);
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
