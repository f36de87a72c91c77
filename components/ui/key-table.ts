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
