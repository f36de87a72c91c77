import { invalidParameter } from './logs-error.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Spread into the answer: absent on the last page. */
  readonly token: { readonly nextToken?: string };
}

export const invalidToken = () => invalidParameter('The specified nextToken is invalid.');

/** What follows the item whose key is the token. @throws LogsError InvalidParameterException */
export function pageOf<Item>(
  all: readonly Item[],
  key: (item: Item) => string,
  nextToken: string | undefined,
  limit: number,
): Page<Item> {
  const start = nextToken === undefined ? 0 : all.findIndex((item) => key(item) === nextToken) + 1;
  if (nextToken !== undefined && start === 0) throw invalidToken();
  const items = all.slice(start, start + limit);
  const last = items.at(-1);
  return {
    items,
    token: last === undefined || start + items.length >= all.length ? {} : { nextToken: key(last) },
  };
}
