import type { KeyboardEvent } from 'react';

/** What the keys do, by `KeyboardEvent.key`. */
export type KeyTable = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** A handler of `keydown`: a key of the table is neither the browser's any more nor the page's. */
export function onKeysOf(keys: KeyTable): (event: KeyboardEvent) => void {
  return (event) => {
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act(event);
  };
}

/** The same for keys that walk what a selector finds, round and round: `previous` and `next`, Home and End. */
export function onWalkOf(
  selector: string,
  [previous, next]: readonly [string, string],
  reach: (element: HTMLElement) => void,
): (event: KeyboardEvent<HTMLElement>) => void {
  return (event) => {
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
    const at = all.findIndex((element) => element.matches(':focus'));
    const to = (index: number) => () => {
      const element = all.at(index);
      if (element !== undefined) reach(element);
    };
    onKeysOf({
      [previous]: to(Math.max(at, 0) - 1),
      [next]: to((at + 1) % all.length),
      Home: to(0),
      End: to(-1),
    })(event);
  };
}
