import { useEffect } from 'react';

/** What the page does on a key that no field or button takes for itself: `KeyboardEvent.key` in small letters. */
export type PageKeys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** What letters are written or searched in; a switch and a slider take none. */
export const FIELDS =
  'input:not([type="checkbox"], [type="radio"], [type="range"]), select, textarea, [contenteditable]';
const FIELDS_AND_LAYERS = `${FIELDS}, [role="dialog"], dialog, [popover]`;
/** Space and Enter press these; letters do nothing to them. */
const PRESSED = 'button, a, summary, input, [role="tab"]';

/** Single keys for the whole page, but where the focus is `within`; with Ctrl, Alt or Meta they are the browser's. */
export function usePageKeys(keys: PageKeys, within = FIELDS_AND_LAYERS): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const act = keys[event.key.toLowerCase()];
      const target = event.target instanceof Element ? event.target : null;
      if (act === undefined || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented)
        return;
      if (target?.closest(within) != null) return;
      // What is open is closed first, wherever the focus is.
      if (event.key === 'Escape' && document.querySelector(':popover-open') !== null) return;
      if ((event.key === ' ' || event.key === 'Enter') && target?.closest(PRESSED) != null) return;
      event.preventDefault();
      act(event);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [keys, within]);
}
