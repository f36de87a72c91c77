import { fileURLToPath } from 'node:url';
import { onEnd } from './ending.ts';
import { localEnvironment, pageEnvironment } from './environment.ts';
import { type LocalSettings, pagePort, readLocalSettings } from './local-settings.ts';
import { pageSettings } from './page-settings.ts';
import { openRuntime, type Runtime } from './runtime.ts';
import { startTable } from './start-table.ts';
import { openWebPage, type WebPage } from './web-page.ts';

/**
 * `npm run dev` (local AWS and the page with hot reload), `npm start` (the same with the production page), `npm run local`
 * (local AWS alone), `npm run dashboard` (the production page alone, against what the environment or .env.local names).
 */
const MODES = ['dev', 'start', 'local', 'dashboard'] as const;
type Mode = (typeof MODES)[number];

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Some shells send a process one Ctrl-C twice, npm's and their own; a second one of a person comes later than this. */
const SAME_CTRL_C_MS = 300;

async function main(): Promise<void> {
  const mode = MODES.find((name) => name === process.argv[2]);
  if (mode === undefined) {
    throw new Error(`Expected one of ${MODES.join(', ')}, got "${process.argv[2] ?? ''}".`);
  }
  let opening: Promise<Runtime> | null = null;
  let page: WebPage | null = null;

  let stoppingMs: number | null = null;
  const stop = async (code: number) => {
    if (stoppingMs !== null) return;
    stoppingMs = performance.now();
    page?.stop();
    await Promise.all([page?.ended, opening?.then((runtime) => runtime.close()).catch(() => {})]);
    process.exit(code);
  };
  const onSignal = () => {
    if (stoppingMs !== null && performance.now() - stoppingMs > SAME_CTRL_C_MS) process.exit(130);
    void stop(0);
  };
  onEnd(onSignal);

  const settings = readLocalSettings(process.env, process.cwd());
  const wantedPort = pagePort(process.env);
  let runtime: Runtime | null = null;
  try {
    if (mode !== 'dashboard' && !(mode === 'dev' && process.env.PIPELINE === 'aws')) {
      opening = openRuntime(settings);
      runtime = await opening;
    }
    if (mode !== 'local') page = await startPage(mode, settings, runtime, wantedPort);
  } catch (error) {
    await runtime?.close();
    throw error;
  }
  if (stoppingMs !== null) return page?.stop();
  console.log(startTable(settings, runtime, page && { web: page, wantedPort }));
  if (page !== null) await stop(await page.ended);
}

/** In AWS the page reads what `npm run deploy` wrote to .env.local; what is set here comes before that file. */
function startPage(
  mode: Mode,
  settings: LocalSettings,
  runtime: Runtime | null,
  port: number,
): Promise<WebPage> {
  const page = { root: ROOT, mode: mode === 'dev' ? 'dev' : 'start', port } as const;
  if (runtime === null) return openWebPage({ ...page, env: pageSettings(ROOT, process.env) });
  const env = localEnvironment(process.env, pageEnvironment(runtime.url, settings));
  return openWebPage({ ...page, env, preload: ['keep-environment.mjs'] });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
