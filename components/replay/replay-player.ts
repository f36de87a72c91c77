import type { TimeSource } from '@/components/live/server-clock';

export const SPEEDS = [1, 10, 60] as const;
export type Speed = (typeof SPEEDS)[number];

/** Often enough to look alive at any speed, and seldom enough to cost nothing. */
const TICK_MS = 250;

/** The clock of a replay: runs from one moment to another at a speed, stands, and can be set. All in epoch ms. */
export class ReplayPlayer implements TimeSource {
  readonly fromMs: number;
  readonly toMs: number;
  speed: Speed = 10;
  isPlaying = false;
  /** Grows whenever the time was set, rather than passed. */
  jumps = 0;
  readonly #wall: () => number;
  readonly #listeners = new Set<() => void>();
  #atMs: number;
  /** By the wall's clock, when it was `#atMs` here. */
  #sinceMs = 0;
  #timer: ReturnType<typeof setInterval> | null = null;

  /** `wall` tells passing milliseconds, from any start. */
  constructor(
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
    wall: () => number = () => performance.now(),
  ) {
    this.fromMs = this.#atMs = fromMs;
    this.toMs = toMs;
    this.#wall = wall;
  }

  readonly now = (): number => {
    const passedMs = this.isPlaying ? (this.#wall() - this.#sinceMs) * this.speed : 0;
    return Math.min(this.toMs, this.#atMs + passedMs);
  };

  get isAtEnd(): boolean {
    return this.now() >= this.toMs;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** From the beginning again when it is at its end. */
  play(): void {
    if (this.isAtEnd) this.seek(this.fromMs);
    this.#set({ isPlaying: true });
  }

  readonly pause = (): void => this.#set({ isPlaying: false });

  readonly toggle = (): void => (this.isPlaying ? this.pause() : this.play());

  setSpeed(speed: Speed): void {
    this.#set({ speed });
  }

  seek(toMs: number): void {
    this.jumps += 1;
    this.#set({ atMs: Math.min(this.toMs, Math.max(this.fromMs, toMs)) });
  }

  #set({
    atMs = this.now(),
    speed = this.speed,
    isPlaying = this.isPlaying,
  }: {
    readonly atMs?: number;
    readonly speed?: Speed;
    readonly isPlaying?: boolean;
  }): void {
    this.#atMs = atMs;
    this.#sinceMs = this.#wall();
    this.speed = speed;
    this.isPlaying = isPlaying;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = isPlaying ? setInterval(() => this.tick(), TICK_MS) : null;
    this.#tell();
  }

  /** Tells the time; the end stops it. */
  tick(): void {
    if (this.isPlaying && this.isAtEnd) this.pause();
    else this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
