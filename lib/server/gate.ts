import 'server-only';

/** Lets so many through at once, who hurries before who does not, and each kind in the order in which it came. */
export class Gate {
  #free: number;
  readonly #hurried: (() => void)[] = [];
  readonly #patient: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  async through<T>(patient: boolean, act: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => (patient ? this.#patient : this.#hurried).push(resolve));
    try {
      return await act();
    } finally {
      const next = this.#hurried.shift() ?? this.#patient.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
