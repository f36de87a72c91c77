import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Row } from './row.ts';

/**
 * `npm run bench [name …]`: each file of this folder that exports `bench` measures one thing against a peer or a floor,
 * in one run on one machine. Peers are no dependencies of the project: they are installed here, on first use.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const { dependencies }: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(`${folder}package.json`, 'utf8'),
);
if (Object.keys(dependencies).some((peer) => !existsSync(`${folder}node_modules/${peer}`))) {
  console.log('Installing the peers to measure against …');
  spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefix', folder], {
    stdio: 'inherit',
  });
}

let failed = 0;
for (const file of readdirSync(folder).sort()) {
  const name = file.replace(/\.ts$/, '');
  if (name === file || (wanted.length > 0 && !wanted.includes(name))) continue;
  const module: { readonly bench?: () => Promise<readonly Row[]> } = await import(`./${file}`);
  if (module.bench === undefined || file === 'run.ts') continue;
  console.log(`\n── ${name} ──`);
  for (const row of await module.bench()) {
    const verdict = row.ok === null ? '    ' : row.ok ? 'ok  ' : 'MISS';
    const value = Number.isInteger(row.value) ? String(row.value) : row.value.toPrecision(3);
    console.log(`  ${verdict} ${row.name}: ${value} ${row.unit}${row.bound === '' ? '' : ` (${row.bound})`}`);
    if (row.note !== '') console.log(`       ${row.note}`);
    if (row.ok === false) failed += 1;
  }
}
console.log(failed === 0 ? '\nAll bounds kept.' : `\n${failed} bounds missed.`);
process.exit(failed === 0 ? 0 : 1);
