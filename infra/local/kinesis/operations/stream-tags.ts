import { textMap } from '../../aws-json/collection-members.ts';
import { KinesisError } from '../kinesis-error.ts';

export type Tags = Readonly<Record<string, string>>;

export const MOST_TAGS = 50;
export const KEY_LENGTHS = [1, 128] as const;

export const TAGS = textMap({ min: 1, max: 200, keyLengths: KEY_LENGTHS, valueLengths: [0, 256] });

/** What carries tags, as AWS words it: "stream orders", or "consumer reader". */
export interface Tagged {
  readonly kind: 'stream' | 'consumer';
  readonly name: string;
  readonly accountId: string;
}

/** As `requireTagCharacters`, and none of the system's own. Throws InvalidArgumentException. */
export function requireTags(tags: Tags, isResource = false): void {
  if (Object.keys(tags).some((key) => key.toLowerCase().startsWith('aws:'))) {
    throw new KinesisError(
      'InvalidArgumentException',
      "Some tag keys in the request started with 'aws:'. System tags cannot be modified.",
    );
  }
  requireTagCharacters(textsOf(tags), isResource);
}

/** Throws InvalidArgumentException. */
export function requireTagCount(tags: Tags, { kind, name, accountId }: Tagged): void {
  if (Object.keys(tags).length <= MOST_TAGS) return;
  throw new KinesisError(
    'InvalidArgumentException',
    `Failed to add tags to ${kind} ${name} under account ${accountId} ` +
      `because a given ${kind} cannot have more than ${MOST_TAGS} tags associated with it.`,
  );
}

/**
 * `isResource`: by the operations that tag streams and consumers alike, which take a colon and no percent sign. Throws
 * InvalidArgumentException.
 */
export function requireTagCharacters(texts: readonly string[], isResource = false): void {
  const foreign = isResource
    ? /[^\u00C0-\u1FFF\u2C00-\uD7FF\w.:/\-=+_ @]/
    : /[^\u00C0-\u1FFF\u2C00-\uD7FF\w./\-=+_ @%]/;
  if (!texts.some((one) => foreign.test(one))) return;
  throw new KinesisError(
    'InvalidArgumentException',
    'Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, ' +
      (isResource ? '_ . : / = + - @.' : '_ . / = + - % @.'),
  );
}

/** The first check lets the percent sign pass, the second one does not: so does the service. Throws InvalidArgumentException. */
export function requireNoPercent(texts: readonly string[], action: string, tagged: Tagged): void {
  if (!texts.some((one) => one.includes('%'))) return;
  throw new KinesisError(
    'InvalidArgumentException',
    `Failed to ${action} ${tagged.kind} ${tagged.name} under account ${tagged.accountId} because some tags contained ` +
      "illegal characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'.",
  );
}

export function textsOf(tags: Tags): string[] {
  return [...Object.keys(tags), ...Object.values(tags)];
}
