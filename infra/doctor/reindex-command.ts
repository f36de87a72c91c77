import { parseUtcDay } from '../../lib/core/window.ts';
import { openClients } from '../redrive/clients.ts';
import { type Reindexed, reindex } from '../reindex/reindex.ts';
import { namedPipeline } from './named-pipeline.ts';

const USAGE = 'Expected --day YYYY-MM-DD or --all, and perhaps aws';

function line({ key, results, unreadable, outcome }: Reindexed): string {
  const came = {
    written: 'written',
    same: 'said that already',
    'too-large': 'left as it was: it would be larger than anybody reads',
  }[outcome];
  const none = unreadable === 0 ? '' : `, ${unreadable} that cannot be read`;
  return `${key}: ${results} results${none}, ${came}`;
}

/** `YYYY_MM_DD`; null for all. */
function dayIn(args: readonly string[]): string | null {
  const [option, value = '', ...rest] = args;
  if (option === '--all' && args.length === 1) return null;
  const day = value.replaceAll('-', '_');
  if (option !== '--day' || rest.length > 0 || parseUtcDay(day) === null) {
    throw new Error(`${USAGE}, got ${args.join(' ') || 'nothing'}`);
  }
  return day;
}

/**
 * `npm run reindex -- --day 2021-01-24` or `-- --all`: makes the day indexes anew from the results, of the local runtime when
 * one runs on the data folder, else of the pipeline that the environment or .env.local names; `aws` means that one in any
 * case. Beside a consumer that runs, and as often as one likes.
 */
async function main(args: readonly string[]): Promise<void> {
  const day = dayIn(args.filter((arg) => arg !== 'aws'));
  const { bucket, endpoint } = await namedPipeline(args.includes('aws'));
  const { s3 } = openClients(endpoint === null ? {} : { endpoint });
  let [found, written] = [0, 0];
  for await (const one of reindex(s3, { bucket, day })) {
    console.log(line(one));
    found += 1;
    if (one.outcome === 'written') written += 1;
  }
  console.log(found === 0 ? 'There are no results to index.' : `${written} of ${found} indexes written.`);
}

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
