import type { Clock, CutShort } from '../clock.ts';

interface Task {
  readonly atMs: number;
  /** Orders tasks of the same moment. */
  readonly tie: number;
  run: (() => void) | null;
}

/** Virtual time: a moment passes only when everything that could be done in it has been done. */
export class Scheduler {
  nowMs: number;
  readonly #tasks: Task[] = [];
  readonly #tie: () => number;

  /** `tie` orders what is due at the same moment: in the order of asking, unless chance is to decide. */
  constructor(startMs: number, tie?: () => number) {
    this.nowMs = startMs;
    let count = 0;
    this.#tie = tie ?? (() => ++count);
  }

  /** Returns what cancels the task. */
  at(atMs: number, run: () => void): () => void {
    const task: Task = { atMs: Math.max(atMs, this.nowMs), tie: this.#tie(), run };
    this.#push(task);
    return () => {
      task.run = null;
    };
  }

  /** Moves on to the next task due by `untilMs` and starts it; false when there is none. */
  step(untilMs: number): boolean {
    for (;;) {
      const task = this.#tasks[0];
      if (task === undefined || task.atMs > untilMs) return false;
      this.#pop();
      if (task.run === null) continue;
      this.nowMs = task.atMs;
      task.run();
      return true;
    }
  }

  /** Does everything that is due by then. */
  async runUntil(untilMs: number): Promise<void> {
    do await settled();
    while (this.step(untilMs));
    this.nowMs = untilMs;
  }

  /** The clock of one process. */
  process(): ProcessClock {
    return new ProcessClock(this);
  }

  #push(task: Task): void {
    const tasks = this.#tasks;
    let index = tasks.push(task) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = tasks[parent];
      if (above === undefined || isBefore(above, task)) break;
      tasks[index] = above;
      index = parent;
    }
    tasks[index] = task;
  }

  #pop(): void {
    const tasks = this.#tasks;
    const last = tasks.pop();
    if (last === undefined || tasks.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = tasks[child];
      if (below === undefined) break;
      const right = tasks[child + 1];
      if (right !== undefined && isBefore(right, below)) {
        child += 1;
        below = right;
      }
      if (isBefore(last, below)) break;
      tasks[index] = below;
      index = child;
    }
    tasks[index] = last;
  }
}

/** After a kill nothing that waits on this clock ever goes on: that is what `kill -9` looks like from inside. */
export class ProcessClock implements Clock {
  readonly #scheduler: Scheduler;
  #killed = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  get killed(): boolean {
    return this.#killed;
  }

  kill(): void {
    this.#killed = true;
  }

  now(): number {
    return this.#scheduler.nowMs;
  }

  sleep(ms: number, signal?: CutShort): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        cancel();
        signal?.removeEventListener('abort', done);
        if (!this.#killed) resolve();
      };
      const cancel = this.#scheduler.at(this.#scheduler.nowMs + ms, done);
      signal?.addEventListener('abort', done);
    });
  }
}

/** The real one, whatever fake timers a test puts in its place later. */
const nextTurn = setImmediate;

/** Resolves when no promise has anything left to do. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    nextTurn(resolve);
  });
}

function isBefore(a: Task, b: Task): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.tie < b.tie);
}
