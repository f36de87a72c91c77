import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pipeline } from '../pipeline.ts';
import { clientEnvironment, pageEnvironment, withoutOtherWorld } from './environment.ts';
import { openRuntime, type Runtime } from './runtime.ts';
import { type LocalSettings, readLocalSettings, wholeNumber } from './settings.ts';
import { openWebPage, type WebPage } from './web-page.ts';

/**
 * `npm run dev` (local AWS and the page with hot reload), `npm start` (the same with the production page), `npm run local`
 * (local AWS alone), `npm run dashboard` (the production page alone, against what the environment or .env.local names).
 */
const MODES = ['dev', 'start', 'local', 'dashboard'] as const;
type Mode = (typeof MODES)[number];

const root = fileURLToPath(new URL('../..', import.meta.url));

async function main(): Promise<void> {
  const mode = MODES.find((name) => name === process.argv[2]);
  if (mode === undefined) {
    throw new Error(`Expected one of ${MODES.join(', ')}, got "${process.argv[2] ?? ''}".`);
  }
  const withRuntime = mode !== 'dashboard' && !(mode === 'dev' && process.env.PIPELINE === 'aws');
  let runtime: Runtime | null = null;
  let page: WebPage | null = null;

  let stopping = false;
  const stop = async (code: number) => {
    if (stopping) return;
    stopping = true;
    page?.stop();
    await Promise.all([page?.ended, runtime?.close()]);
    process.exit(code);
  };
  process.on('SIGINT', () => void stop(0));
  process.on('SIGTERM', () => void stop(0));

  try {
    const settings = readLocalSettings(process.env, process.cwd());
    if (withRuntime) {
      runtime = await openRuntime(settings);
      for (const line of runtime.recovered) console.log(`Recovered: ${line}`);
    }
    if (mode !== 'local') page = await startPage(mode, settings, runtime?.url ?? null);
    if (stopping) return;
    print(settings, runtime?.url ?? null, page?.url ?? null);
  } catch (error) {
    page?.stop();
    await runtime?.close();
    throw error;
  }
  if (page !== null) await stop(await page.ended);
}

function startPage(mode: Mode, settings: LocalSettings, url: string | null): Promise<WebPage> {
  return openWebPage({
    root,
    mode: mode === 'dev' ? 'dev' : 'start',
    port: wholeNumber(process.env, 'PORT', 3000, 1, 65_535),
    // In AWS the page reads what `npm run deploy` wrote to .env.local; what is set here comes before that file.
    env:
      url === null ? process.env : { ...withoutOtherWorld(process.env), ...pageEnvironment(url, settings) },
  });
}

function print(settings: LocalSettings, url: string | null, pageUrl: string | null): void {
  const rows: [string, string][] = [];
  if (pageUrl !== null) rows.push(['Page', pageUrl]);
  if (url !== null) {
    rows.push(['AWS endpoint', url]);
    rows.push(['Bucket', pipeline.bucket.localName]);
    rows.push(['Stream', pipeline.stream.name]);
    rows.push(['Window', `${settings.windowSeconds} s`]);
    rows.push(['Data folder', path.relative(process.cwd(), settings.dataDir) || '.']);
  }
  console.log(`\n${rows.map(([name, value]) => `  ${name.padEnd(13)} ${value}`).join('\n')}\n`);
  if (url !== null) {
    const exports = Object.entries(clientEnvironment(url, settings)).map(
      ([name, value]) => `${name}=${value}`,
    );
    console.log(`  export ${exports.join(' ')}\n`);
  }
  console.log('  Ctrl-C ends everything; the data stays.\n');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
