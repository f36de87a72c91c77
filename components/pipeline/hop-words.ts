import type { Hop } from '@/lib/contract/answers';

export const HOP_NAMES: Readonly<Record<Hop['name'], string>> = {
  producer: 'Producer',
  stream: 'Kinesis',
  consumer: 'Consumer',
  bucket: 'S3',
  dashboard: 'Page',
};

/** What each hop does, for whoever opens it. */
export const HOP_SENTENCES: Readonly<Record<Hop['name'], string>> = {
  producer: 'The Lambda that a click invokes. It puts dummy sales on the stream.',
  stream: 'The stream. Its shards keep the order of the records; each has its own tumbling windows.',
  consumer:
    'The Lambda that folds each window’s records into a state, and writes the total on the final invocation.',
  bucket: 'The bucket: one object for each shard and window that sold something.',
  dashboard: 'This page’s server. It reads the bucket once for everyone who watches.',
};

/** A sign and a word for each status, so that colour is never the only difference. */
export const HOP_STATUS: Readonly<
  Record<Hop['status'], readonly [sign: string, word: string, look: string]>
> = {
  ok: ['✓', 'ok', 'text-settled'],
  slow: ['!', 'slow', 'text-doubt'],
  down: ['✕', 'down', 'text-error'],
  unknown: ['?', 'unknown', 'text-muted'],
};

/** One sentence for all hops. */
export function healthSentence(hops: readonly Hop[]): string {
  if (hops.length === 0) return 'Asking each hop…';
  const wrong = hops.filter((hop) => hop.status === 'down' || hop.status === 'slow');
  if (wrong.length > 0) {
    return wrong
      .map((hop) => `${HOP_NAMES[hop.name]} is ${HOP_STATUS[hop.status][1]}: ${hop.detail}`)
      .join(' ');
  }
  const unknown = hops.filter((hop) => hop.status === 'unknown').length;
  return unknown === 0 ? 'Every hop answers.' : `Every hop that may be asked answers; ${unknown} may not.`;
}
