import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPipelineApp } from '../../infra/stacks/pipeline-app.ts';
import { median, type Row } from './row.ts';

const MAX_BYTES = 450_000;
const MAX_IMPORT_MS = 120;
const MAX_SYNTH_S = 10;
const REPEATS = 9;

/** What a cold start pays for, and what a deploy waits for. */
export async function bench(): Promise<readonly Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bundles-'));
  try {
    createPipelineApp({ app: { outdir: folder } }).app.synth();
    const bundles = readdirSync(folder)
      .filter((name) => name.startsWith('asset.'))
      .map((name) => path.join(folder, name, 'index.mjs'));
    return [...bundles.flatMap(rowsOf), synthRow()];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowsOf(file: string): Row[] {
  const bytes = statSync(file).size;
  const importMs = median(Array.from({ length: REPEATS }, () => measureImport(file)));
  const floorMs = median(Array.from({ length: REPEATS }, () => measureImport('node:fs')));
  const name = `function of ${Math.round(bytes / 1000)} kB`;
  return [
    {
      name: `${name}: bundle with its SDK`,
      value: bytes,
      unit: 'bytes',
      bound: `at most ${MAX_BYTES}`,
      ok: bytes <= MAX_BYTES,
      note: '',
    },
    {
      name: `${name}: import`,
      value: importMs - floorMs,
      unit: 'ms',
      bound: `at most ${MAX_IMPORT_MS}`,
      ok: importMs - floorMs <= MAX_IMPORT_MS,
      note: `Median of ${REPEATS} fresh processes on Node.js ${process.versions.node}.`,
    },
  ];
}

const IMPORT = `
process.env.STREAM_NAME = process.env.BUCKET_NAME = 'bench';
process.env.AWS_REGION = 'us-east-1';
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const startMs = performance.now();
await import(process.argv[1]);
console.log(performance.now() - startMs);
`;

function measureImport(file: string): number {
  const url = file.startsWith('node:') ? file : `file://${file}`;
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '-e', IMPORT, url], { encoding: 'utf8' }),
  );
}

function synthRow(): Row {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const startMs = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', 'synth'], { cwd: root, stdio: 'ignore' });
  const seconds = (performance.now() - startMs) / 1000;
  return {
    name: 'npm run synth',
    value: seconds,
    unit: 's',
    bound: `at most ${MAX_SYNTH_S}`,
    ok: status === 0 && seconds <= MAX_SYNTH_S,
    note: status === 0 ? '' : `It ended with ${status}.`,
  };
}
