import { openClients } from '../redrive/clients.ts';
import { type Redriven, redrive } from '../redrive/redrive.ts';
import { namedPipeline } from './named-pipeline.ts';

function line({ key, outcome, problem, failure, missing }: Redriven): string {
  const what =
    failure === null
      ? 'unreadable'
      : failure.window?.final
        ? 'a final'
        : `${failure.batch?.recordCount} records`;
  const sum = missing === null ? '' : `, ${missing.recordCount} sales of ${missing.salesCents / 100}`;
  const came = {
    back: 'is back',
    found: 'was given up',
    busy: 'is being put back by another run',
    failed: `is still missing: ${problem}`,
  }[outcome];
  return `${key}: ${what}${sum}, ${came}`;
}

/**
 * `npm run redrive`: puts back what Lambda gave up, of the local runtime when one runs on the data folder, else of the
 * pipeline that the environment or .env.local names; `-- aws` means that one in any case. `-- --dry-run` only says what
 * there is. Ends with 1 when something is still missing.
 */
async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== 'aws' && arg !== '--dry-run');
  if (unknown !== undefined) throw new Error(`Expected --dry-run or aws, got ${unknown}`);
  const dryRun = args.includes('--dry-run');
  const { bucket, endpoint } = await namedPipeline(args.includes('aws'));
  const clients = openClients(endpoint === null ? {} : { endpoint });
  let missing = 0;
  let found = 0;
  for await (const one of redrive(clients, { bucket, dryRun })) {
    console.log(line(one));
    found += 1;
    if (one.outcome !== 'back') missing += 1;
  }
  console.log(
    found === 0
      ? 'Nothing is missing: nothing was given up, or all of it is back.'
      : `${missing} of ${found} missing.`,
  );
  return missing === 0 ? 0 : 1;
}

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  return 1;
});
