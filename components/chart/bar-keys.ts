const PAGE = 10;

/** The bar that a key goes to from the selected one, null being beyond the last; undefined for a key that walks no bars. */
export function barByKey(key: string, selected: number | null, count: number): number | undefined {
  const last = count - 1;
  const at = selected ?? count;
  const target = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    Home: 0,
    End: last,
    PageUp: at - PAGE,
    PageDown: at + PAGE,
  }[key];
  return target === undefined ? undefined : Math.min(last, Math.max(0, target));
}
