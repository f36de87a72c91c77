import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import {
  adoptEnvironment,
  deployed,
  type Environment,
  LOCAL,
  type LocalSettings,
  localEnvironment,
  pageEnvironment,
  pagePort,
  runningRuntime,
} from '../local/index.ts';
import { type Check, checkLines, failed, ok } from './check.ts';
import { dataFolderCheck, nodeCheck, portCheck, settingsCheck } from './machine-checks.ts';
import { pipelineChecks } from './pipeline-checks.ts';

/**
 * `npm run doctor`: looks at this machine, then at the pipeline, and says what mends what it finds. The pipeline is the
 * local runtime when one runs on the data folder, else what the environment or .env.local names; `npm run doctor -- aws`
 * looks at that in any case. Ends with 1 when something failed.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function examine(env: Environment, wanted: string | undefined): Promise<boolean> {
  const { check, settings } = settingsCheck(env, process.cwd());
  const runtime = settings && wanted !== 'aws' ? await runningRuntime(settings.dataDir) : null;
  const machine: Check[] = [nodeCheck(process.versions.node), check];
  if (settings !== null) {
    machine.push(dataFolderCheck(settings.dataDir));
    machine.push(await portCheck('Port of the page', LOCAL.pagePort, pagePort(env)));
    machine.push(
      runtime === null
        ? await portCheck('Port of local AWS', SETTINGS.localPort, settings.port)
        : ok('Port of local AWS', `${runtime.port}, by the local runtime with process id ${runtime.pid}`),
    );
  }
  const pipeline = await pipelineOf(env, settings, runtime);
  print('This machine', machine);
  print('The pipeline', pipeline);
  return [...machine, ...pipeline].every((each) => each.ok);
}

async function pipelineOf(
  env: Environment,
  settings: LocalSettings | null,
  runtime: { readonly port: number } | null,
): Promise<Check[]> {
  if (runtime !== null && settings !== null) {
    const url = `http://127.0.0.1:${runtime.port}`;
    // The runtime that runs may have been started with another length: only one that was asked for is compared.
    const own = { ...pageEnvironment(url, settings), [SETTINGS.windowSeconds]: env[SETTINGS.windowSeconds] };
    const local = localEnvironment(env, own);
    adoptEnvironment(local); // the SDK reads more of it than it is given
    const checks = await pipelineChecks({ env: local, world: 'local' });
    return [ok('Endpoint', `${url}, the local runtime`), ...checks];
  }
  const configured = { ...deployed(path.join(ROOT, '.env.local')), ...env };
  if (!configured[SETTINGS.bucket]) {
    return [
      failed(
        'Endpoint',
        'no local runtime runs, and neither the environment nor .env.local has BUCKET_NAME',
        'Run `npm run dev` for AWS on this machine, or `npm run deploy` for AWS.',
      ),
    ];
  }
  const endpoint = await endpointCheck(configured);
  return endpoint.ok ? [endpoint, ...(await pipelineChecks({ env: configured, world: 'aws' }))] : [endpoint];
}

/** Where nothing answers, every further question would only say so again. */
async function endpointCheck({ AWS_ENDPOINT_URL: url, AWS_REGION: region }: Environment): Promise<Check> {
  if (!url) return ok('Endpoint', `AWS, ${region ?? "the profile's region"}`);
  try {
    await fetch(url, { signal: AbortSignal.timeout(3_000) });
    return ok('Endpoint', url);
  } catch {
    return failed(
      'Endpoint',
      `nothing answers at ${url}`,
      'Start what answers there, or unset AWS_ENDPOINT_URL.',
    );
  }
}

function print(title: string, checks: readonly Check[]): void {
  console.log(`\n${title}\n${checkLines(checks).join('\n')}`);
}

// Of the SDK, about the years to come: nothing that a person here can mend now.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const isWell = await examine(process.env, process.argv[2]);
console.log(isWell ? '\nAll is well.' : '\nSomething failed; see the arrows.');
process.exit(isWell ? 0 : 1);
