import { looksOf, OTHERS_LOOK, UNTOLD_LOOK } from '@/components/ui/part-looks';
import { shardName } from '@/components/ui/shard-name';
import type { Slot } from '@/lib/core/slot';

/** What bars, rows and exports are split by. */
export type Split = 'shard' | 'customer';

/** One part of all slots: a shard, a customer, the other customers, or those that no result names. */
export interface SplitPart {
  /** In the names of an export's columns. */
  readonly id: string;
  readonly name: string;
  readonly look: number;
  /** Null where a slot has nothing of it, or does not know. */
  readonly of: (slot: Slot) => Share | null;
}

export type Share = Pick<Slot, 'salesCents' | 'recordCount'> & Partial<Pick<Slot, 'rejected'>>;

/** What the slots are made of, always in this order; nothing when that is one shard, or was not asked for. */
export function splitOf(slots: readonly Slot[], by: Split | null): SplitPart[] {
  return by === null ? [] : by === 'shard' ? byShard(slots) : byCustomer(slots);
}

function byShard(slots: readonly Slot[]): SplitPart[] {
  const found = new Set(slots.flatMap((slot) => slot.shards.map(({ shardId }) => shardId)));
  const ids = [...found].sort((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1));
  const looks = looksOf(ids.map((id) => id ?? ''));
  if (ids.length < 2) return [];
  return ids.map((id) => ({
    id: id ?? 'unnamed',
    name: shardName(id),
    look: looks.get(id ?? '') ?? 0,
    of: (slot) => slot.shards.find(({ shardId }) => shardId === id) ?? null,
  }));
}

function byCustomer(slots: readonly Slot[]): SplitPart[] {
  const found = new Set(slots.flatMap(({ customers = [] }) => customers.map(({ name }) => name)));
  const names = [...found].flatMap((name) => name ?? []).sort();
  const looks = looksOf(names);
  const of = (name: string | null) => (slot: Slot) =>
    slot.customers?.find((part) => part.name === name) ?? null;
  return [
    ...names.map((name) => ({
      id: `customer_${name}`,
      name,
      look: looks.get(name) ?? 0,
      of: of(name),
    })),
    ...(found.has(null)
      ? [{ id: 'customers_other', name: 'Other customers', look: OTHERS_LOOK, of: of(null) }]
      : []),
    ...(slots.some(isUntold)
      ? [{ id: 'customers_untold', name: 'Customer not told', look: UNTOLD_LOOK, of: untoldOf }]
      : []),
  ];
}

function isUntold(slot: Slot): boolean {
  const share = untoldOf(slot);
  return share !== null && (share.salesCents !== 0 || share.recordCount !== 0);
}

/** What an older version counted, or the original demo: its results do not say whose sales they are. */
function untoldOf({ customers, salesCents, recordCount }: Slot): Share | null {
  if (customers === undefined || salesCents === null) return null;
  return {
    salesCents: customers.reduce((left, part) => left - part.salesCents, salesCents),
    recordCount: recordCount && customers.reduce((left, part) => left - part.recordCount, recordCount),
  };
}
