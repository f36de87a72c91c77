import { Duplex } from 'node:stream';

/** One end of a connection within this process: what is written to the one end is read from the other. */
export class MemorySocket extends Duplex {
  #peer: MemorySocket | null = null;

  static pair(): readonly [MemorySocket, MemorySocket] {
    const [one, other] = [new MemorySocket(), new MemorySocket()];
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#peer?.push(chunk);
    done();
  }

  override _final(done: () => void): void {
    this.#peer?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const peer = this.#peer;
    this.#peer = null;
    if (peer !== null && !peer.destroyed) process.nextTick(() => peer.destroy());
    done(error);
  }

  // What Node.js's HTTP asks of a socket besides.
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
