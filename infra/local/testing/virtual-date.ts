import { AsyncLocalStorage } from 'node:async_hooks';

/** What `Date` says to whoever was called in its scope: the scenario's time. Everybody else sees the real one. */
const scope = new AsyncLocalStorage<() => number>();

/** Calls with a clock of its own, which holds for all that it goes on to do. */
export function withClock<T>(now: () => number, call: () => T): T {
  return scope.run(now, call);
}

/** Puts a `Date` in place that heeds `withClock`; returns what takes it away again. */
export function installVirtualDate(): () => void {
  const real = globalThis.Date;
  const now = () => scope.getStore()?.() ?? real.now();
  // A function and no Proxy, which would make each date ten times as dear; its instances are plain dates.
  function VirtualDate(this: unknown, ...values: readonly unknown[]): Date | string {
    if (new.target === undefined) return new real(now()).toString();
    const [moment] = values;
    if (Object.is(new.target, VirtualDate) && values.length === 1 && typeof moment === 'number')
      return new real(moment);
    return Reflect.construct(
      real,
      values.length === 0 ? [now()] : values,
      Object.is(new.target, VirtualDate) ? real : new.target,
    );
  }
  const { prototype, parse, UTC } = real;
  Object.assign(VirtualDate, { prototype, parse, UTC, now });
  Object.defineProperty(VirtualDate, 'name', { value: 'Date' });
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Date');
  Object.defineProperty(globalThis, 'Date', { ...before, value: VirtualDate });
  return () => {
    if (before !== undefined) Object.defineProperty(globalThis, 'Date', before);
  };
}
