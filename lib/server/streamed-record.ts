import 'server-only';
import { isUtf8 } from 'node:buffer';
import type { StreamedRecord } from '../contract/records-answer.ts';
import { excerptOfText } from '../core/excerpt.ts';
import { type ParsedSale, parseSale } from '../core/sale.ts';
import type { RawRecord } from './shard-reader.ts';

/** Longer names are cut: nobody reads on, and a record may have a megabyte of them. */
const MAX_NAME_CHARACTERS = 80;

/** A record as it is shown: what the consumer makes of it, cut to a few hundred bytes. */
export function streamedRecord(
  shardId: string,
  { sequenceNumber, arrivalMs, data }: RawRecord,
): StreamedRecord {
  const parsed = parseData(data);
  const place = { shardId, sequenceNumber, arrivalMs };
  if (!parsed.ok) return { ...place, sale: null, reason: parsed.reason };
  const { custName, salesCents, requestId } = parsed.sale;
  const name = excerptOfText(custName, MAX_NAME_CHARACTERS);
  return { ...place, sale: { custName: name, salesCents, requestId }, reason: null };
}

function parseData(data: Uint8Array): ParsedSale {
  if (!isUtf8(data)) return { ok: false, reason: 'expected UTF-8 text' };
  return parseSale(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
}
