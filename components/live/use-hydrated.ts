import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** False while the page is as the server rendered it, who does not know the browser's time zone, true ever after. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
