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

/** One sentence for all hops; those that have the same to say, say it together. */
export function healthSentence(hops: readonly Hop[]): string {
  if (hops.length === 0) return 'Asking each hop…';
  const wrong = hops.filter((hop) => hop.status === 'down' || hop.status === 'slow');
  const details = new Set(wrong.map((hop) => hop.detail));
  if (details.size > 0) {
    return [...details]
      .map((detail) => {
        const same = wrong.filter((hop) => hop.detail === detail);
        const names = same.map((hop) => HOP_NAMES[hop.name]);
        const [first] = same;
        const who =
          isAllDown(hops) && details.size === 1
            ? 'Nothing of the pipeline answers'
            : `${list(names)} ${names.length === 1 ? 'is' : 'are'} ${first === undefined ? '' : HOP_STATUS[first.status][1]}`;
        return `${who}: ${detail}`;
      })
      .join(' ');
  }
  const unknown = hops.filter((hop) => hop.status === 'unknown').length;
  return unknown === 0 ? 'Every hop answers.' : `Every hop that may be asked answers; ${unknown} may not.`;
}

/** True when nothing but this page's own server is left. */
export function isAllDown(hops: readonly Hop[]): boolean {
  const others = hops.filter((hop) => hop.name !== 'dashboard');
  return others.length > 0 && others.every((hop) => hop.status === 'down');
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
