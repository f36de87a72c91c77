import type { Format } from '@/components/ui/format';
import type { Click, Sums } from '@/lib/contract/click';
import type { Slot } from '@/lib/core/slot';

/** What was sent into a range and what became of it, in records and money. */
export interface Account {
  /** By this browser's clicks: counted + so far + unseen + missing − surplus, as far as the range holds them. */
  readonly sent: Sums;
  readonly sentCounted: Sums;
  readonly sentSoFar: Sums;
  /** On the way to the consumer. */
  readonly sentUnseen: Sums;
  /** In no window, though a result is overdue. */
  readonly sentMissing: Sums;
  /** Counted beyond what was sent. */
  readonly surplus: Sums;
  /** Of what was counted: in windows whose results, read since, hold less. */
  readonly gone: Sums;
  /** In window results, whoever sent it. The count is null when an original result leaves it open. */
  readonly counted: { readonly recordCount: number | null; readonly salesCents: number };
  /** In windows that have no result yet, whoever sent it. */
  readonly soFar: Sums;
  /** Of that, what this browser did not send. */
  readonly soFarElsewhere: Sums;
  readonly rejected: number;
}

const ZERO: Sums = { recordCount: 0, salesCents: 0 };

/**
 * The account of a range of slots. A click's records belong to the range by their windows; those that no window holds
 * yet, by when they were sent.
 */
export function reconcile(slots: readonly Slot[], clicks: readonly Click[]): Account {
  const fromMs = slots[0]?.startMs ?? 0;
  const toMs = slots.at(-1)?.endMs ?? 0;
  let [sentCounted, sentSoFar, sentUnseen, sentMissing, surplus] = [ZERO, ZERO, ZERO, ZERO, ZERO];
  for (const click of clicks) {
    if (click.receipt === null) continue;
    const inside = click.shares.filter((share) => share.startMs >= fromMs && share.startMs < toMs);
    for (const share of inside) {
      if (share.counted) sentCounted = plus(sentCounted, share);
      else sentSoFar = plus(sentSoFar, share);
    }
    const rest = click.shares.reduce(minus, click.receipt);
    if (rest.recordCount < 0 && inside.length > 0) {
      surplus = minus(surplus, rest);
    } else if (rest.recordCount > 0 && click.sentMs >= fromMs && click.sentMs < toMs) {
      if (click.overdue) sentMissing = plus(sentMissing, rest);
      else sentUnseen = plus(sentUnseen, rest);
    }
  }
  const known = slots.filter((slot) => slot.salesCents !== null);
  const soFar = known.reduce((sum, slot) => plus(sum, slot.soFar), ZERO);
  return {
    sent: minus([sentSoFar, sentUnseen, sentMissing].reduce(plus, sentCounted), surplus),
    sentCounted,
    sentSoFar,
    sentUnseen,
    sentMissing,
    surplus,
    gone: goneOf(known, clicks),
    counted: {
      recordCount: known.some((slot) => slot.recordCount === null)
        ? null
        : known.reduce((sum, slot) => sum + (slot.recordCount ?? 0), 0) - soFar.recordCount,
      salesCents: known.reduce((sum, slot) => sum + (slot.salesCents ?? 0), 0) - soFar.salesCents,
    },
    soFar,
    soFarElsewhere: elsewhereOf(soFar, known, clicks, sentSoFar),
    rejected: slots.reduce((sum, slot) => sum + slot.rejected, 0),
  };
}

/** By the slots' own traces where they have them: receipts are heard of at another moment. */
function elsewhereOf(soFar: Sums, slots: readonly Slot[], clicks: readonly Click[], sentSoFar: Sums): Sums {
  const ids = new Set(clicks.map((click) => click.receipt?.requestId));
  const traces = slots.flatMap((slot) => slot.requests);
  const own =
    traces.length === 0
      ? sentSoFar
      : traces.filter((request) => ids.has(request.requestId)).reduce(plus, ZERO);
  const rest = minus(soFar, own);
  return rest.recordCount > 0 ? rest : ZERO;
}

/** Receipts and slots are read at different moments: only a slot that is settled can hold less than was counted in it. */
function goneOf(slots: readonly Slot[], clicks: readonly Click[]): Sums {
  const shares = clicks.flatMap((click) => click.shares.filter((share) => share.counted));
  let gone = ZERO;
  for (const slot of slots) {
    if (slot.recordCount === null || !['closed', 'empty'].includes(slot.state)) continue;
    const inside = shares.filter((share) => share.startMs >= slot.startMs && share.startMs < slot.endMs);
    const left = inside.reduce(plus, ZERO);
    const held = { recordCount: slot.recordCount, salesCents: slot.salesCents ?? 0 };
    if (left.recordCount > held.recordCount) gone = plus(gone, minus(left, held));
  }
  return gone;
}

type AccountFormat = Pick<Format, 'count' | 'money' | 'records'>;

/** `pending` is neither right nor doubtful yet. */
export interface Verdict {
  readonly sign: 'right' | 'pending' | 'doubt';
  readonly words: string;
}

/** Says in a sentence whether what was sent is what was counted, and if not, why. */
export function verdictOf(account: Account, format: AccountFormat): Verdict {
  const { sent, sentCounted, sentSoFar, sentUnseen, sentMissing, surplus, gone, counted } = account;
  const of = (sums: Sums) => `${format.records(sums.recordCount)} (${format.money(sums.salesCents)})`;
  if (surplus.recordCount !== 0 || surplus.salesCents !== 0) {
    return { sign: 'doubt', words: `Duplicate: ${of(surplus)} more counted than sent.` };
  }
  if (sentMissing.recordCount > 0) {
    return {
      sign: 'doubt',
      words: `Missing: ${of(sentMissing)} sent from here in no window, though a result is overdue. Check the consumer.`,
    };
  }
  if (gone.recordCount > 0) {
    return {
      sign: 'doubt',
      words: `Gone: ${of(gone)} were counted, and their results are not in the bucket any more.`,
    };
  }
  const elsewhere = counted.recordCount === null ? null : counted.recordCount - sentCounted.recordCount;
  const others =
    elsewhere === null
      ? '; what else was counted does not say its records'
      : elsewhere > 0
        ? `; ${format.count(elsewhere)} came from others`
        : '';
  if (sent.recordCount === 0)
    return {
      sign: 'right',
      words: `Nothing was sent from here into this range${elsewhere !== null && elsewhere > 0 ? `; ${format.records(elsewhere)} came from others` : others}.`,
    };
  const pending = plus(sentSoFar, sentUnseen);
  if (pending.recordCount > 0) {
    const open = `${format.count(pending.recordCount)} in a window that is open`;
    const final = `${format.count(sentCounted.recordCount)} of your ${format.records(sent.recordCount)} are final`;
    return { sign: 'pending', words: `${final}, ${open}${others}.` };
  }
  const share = `${format.count(sentCounted.recordCount)} of your ${format.records(sent.recordCount)} counted`;
  return { sign: 'right', words: `${share}${others}.` };
}

function plus(a: Sums, b: Sums): Sums {
  return { recordCount: a.recordCount + b.recordCount, salesCents: a.salesCents + b.salesCents };
}

function minus(a: Sums, b: Sums): Sums {
  return { recordCount: a.recordCount - b.recordCount, salesCents: a.salesCents - b.salesCents };
}
