import type { Played } from '../testing/play.ts';
import { type Explanation, RULES } from './broken-rule.ts';
import { type Comparison, isSame, type Results } from './results.ts';

/** What Node.js and Python say of a first record that is not there. */
const READS_NOTHING = /of undefined|is undefined|IndexError|out of range/;

/** Of a function that was never called. */
const NOT_LOADED =
  /^Runtime\.(Init|ImportModuleError|UserCodeSyntaxError|HandlerNotFound|MalformedHandlerName|InvalidEntrypoint)/;
/** Where the simulation's clients are sent: S3 alone is served there. */
const OTHER_SERVICE = /ECONNREFUSED 127\.0\.0\.1:1\b/;

/** Of a run without any disturbance that does not come to its end; null when it does. */
export function explainUnfinished({ run }: Played): Explanation | null {
  if (run.open.length === 0 && run.dropped.length === 0) return null;
  const failed = run.invocations.find(({ accepted }) => !accepted);
  const said = failed?.problem ?? 'it never ends';
  if (failed === undefined || failed.error === null) {
    return { why: `An answer is not what the mapping needs. ${said}`, rule: RULES.answer };
  }
  if (NOT_LOADED.test(failed.error.errorType)) {
    return { why: `The handler cannot be loaded, and no record is counted. ${said}`, rule: RULES.failures };
  }
  if (OTHER_SERVICE.test(said)) {
    return {
      why: `The handler asks for another service than S3, and S3 alone is there in a simulation. ${said}`,
      rule: RULES.failures,
    };
  }
  if (failed.event.isFinalInvokeForWindow) {
    const hint = READS_NOTHING.test(said)
      ? 'it has no records (`Records` is []), and the handler must not read Records[0]'
      : 'the window has no result, and its shard stands still';
    return {
      why: `The final invocation fails each time it is made: ${hint}. ${said}`,
      rule: RULES.emptyFinal,
    };
  }
  const price =
    run.dropped.length > 0 ? 'Its shard stands still for 24 hours, and then they are given up. ' : '';
  return { why: `Some records make the handler fail each time. ${price}${said}`, rule: RULES.batchRepeats };
}

/**
 * Of a run without any disturbance that came to its end: what is wrong with what it left, whatever AWS does; null when nothing
 * is. `ofRecords`: what the records themselves add up to, where that can be told.
 */
export function explainLeft(
  { run, writes }: Played,
  { sum }: Results,
  ofRecords: number | null,
  { ignore }: Comparison,
): Explanation | null {
  const results = writes.filter(({ key }) => !ignore.some((prefix) => key.startsWith(prefix)));
  const late = results.find((write) => write.late);
  if (late !== undefined) {
    return {
      why: `The handler answered before it had written ${late.key}: with the answer Lambda freezes the sandbox, the write comes with the next invocation or never, and when it fails the mapping does not hear of it. Await every write.`,
      rule: RULES.frozen,
    };
  }
  if (sum === null || ofRecords === null || isSame(sum, ofRecords)) return null;
  const parts = new Map<string, Set<string>>();
  for (const { call, key } of results) {
    const made = run.invocations.find(({ number }) => number === call);
    if (made === undefined || !made.event.isFinalInvokeForWindow) continue;
    parts.set(key, (parts.get(key) ?? new Set()).add(`${made.shardId} ${made.event.window.start}`));
  }
  const shared = [...parts].find(([, ofKey]) => ofKey.size > 1);
  if (shared !== undefined) {
    return {
      why: `Results take each other's place: ${shared[0]} is the key of ${shared[1].size} windows, and what is left adds up to ${sum}, where the records have ${ofRecords}. Make the key of window, shard and first sequence number; --ignore leaves out a key that is no result.`,
      rule: RULES.nextWindow,
    };
  }
  if (!isSame(sum, 0)) return null;
  return {
    why: `Nothing is counted: the results add up to 0, and the records to ${ofRecords}. The final invocation has no records; fold those of each batch into \`state\`. If it leaves all of these out on purpose, give it others.`,
    rule: RULES.emptyFinal,
  };
}
