import { rejectedKey } from './object-key.ts';
import { isSequenceNumber } from './sequence-order.ts';
import { parseWindowTime } from './window.ts';

/** A record that is no sale, as it is kept. */
export interface RejectedRecord {
  readonly reason: string;
  readonly arrivalMs: number;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** Base64, all of it. */
  readonly data: string;
}

/** Of one object's entries together, but for a single record that is larger. */
const MAX_OBJECT_CHARACTERS = 1024 * 1024;

/**
 * The objects of what a batch has of rejected records: one for each megabyte of them and UTC day, by the first record in
 * it. A flood costs a few puts a batch, since an event has 6 MB at most, and no record is left out. The same batch gives
 * the same objects; one that is cut otherwise tells some records twice, by their sequence numbers.
 */
export function rejectedObjects(
  shardId: string,
  records: readonly RejectedRecord[],
): { readonly key: string; readonly body: string }[] {
  const objects: { readonly key: string; readonly body: string }[] = [];
  let entries: string[] = [];
  let characters = 0;
  let key = '';
  const close = () => {
    if (entries.length > 0) {
      objects.push({ key, body: `{"shard_id":${JSON.stringify(shardId)},"records":[${entries.join()}]}` });
    }
    entries = [];
    characters = 0;
  };
  let prefix = '';
  for (const record of records) {
    const entry = entryOf(record);
    const own = rejectedKey(record.arrivalMs, shardId, record.sequenceNumber);
    const ownPrefix = own.slice(0, own.lastIndexOf('/'));
    if (ownPrefix !== prefix || characters + entry.length > MAX_OBJECT_CHARACTERS) close();
    if (entries.length === 0) {
      key = own;
      prefix = ownPrefix;
    }
    entries.push(entry);
    characters += entry.length;
  }
  close();
  return objects;
}

function entryOf({ reason, arrivalMs, sequenceNumber, partitionKey, data }: RejectedRecord): string {
  return JSON.stringify({
    reason,
    arrival_time: new Date(arrivalMs).toISOString(),
    sequence_number: sequenceNumber,
    partition_key: partitionKey,
    data,
  });
}

/**
 * The records of such an object, and of one as a version before this wrote them, a record each. Without those that cannot
 * be read; null for what somebody else put there.
 */
export function parseRejected(text: string): { shardId: string; records: RejectedRecord[] } | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { shard_id: shardId, records = [value] }: { shard_id?: unknown; records?: unknown } = value;
  if (typeof shardId !== 'string' || !Array.isArray(records)) return null;
  const read = records.map(parseRecord).filter((record) => record !== null);
  return read.length === 0 ? null : { shardId, records: read };
}

function parseRecord(value: unknown): RejectedRecord | null {
  if (typeof value !== 'object' || value === null) return null;
  const {
    reason,
    arrival_time: arrivalTime,
    sequence_number: sequenceNumber,
    partition_key: partitionKey,
    data,
  }: Readonly<Record<string, unknown>> = { ...value };
  const arrivalMs = parseWindowTime(arrivalTime);
  if (typeof reason !== 'string' || typeof data !== 'string' || arrivalMs === null) return null;
  if (!isSequenceNumber(sequenceNumber)) return null;
  return {
    reason,
    arrivalMs,
    sequenceNumber,
    partitionKey: typeof partitionKey === 'string' ? partitionKey : '',
    data,
  };
}
