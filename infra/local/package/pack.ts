import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

/**
 * `npm run pack [folder]`: makes the npm package `tumbling-windows` of what lies in infra/local, as a tarball in that folder,
 * or here. Everything of ours is bundled; esbuild and the AWS SDK that a consumer finds in Lambda are its dependencies.
 */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const LOCAL = path.join(ROOT, 'infra/local');
const MADE = path.join(ROOT, 'node_modules/.cache/tumbling-windows', String(process.pid));
const DIST = path.join(MADE, 'dist');

/** What is read as a file at run time, beside the code that reads it. */
const READ_BESIDE = ['lambda/functions/node-runtime.ts', 'lambda/functions/python-bootstrap.py'];
const DEPENDENCIES = ['@aws-sdk/client-kinesis', '@aws-sdk/client-s3', 'esbuild'];

const PROJECT: {
  readonly version: string;
  readonly license: string;
  readonly engines: object;
  readonly dependencies: Readonly<Record<string, string>>;
} = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

try {
  rmSync(MADE, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  await bundle();
  declareTypes();
  for (const file of READ_BESIDE) cpSync(path.join(LOCAL, file), path.join(DIST, path.basename(file)));
  cpSync(path.join(LOCAL, 'package/README.md'), path.join(MADE, 'README.md'));
  cpSync(path.join(LOCAL, 'package/examples'), path.join(MADE, 'examples'), { recursive: true });
  cpSync(path.join(ROOT, 'LICENSE'), path.join(MADE, 'LICENSE'));
  cpSync(path.join(ROOT, 'docs/fidelity.md'), path.join(MADE, 'docs/fidelity.md'));
  writeFileSync(path.join(MADE, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  const target = path.resolve(process.argv[2] ?? '.');
  mkdirSync(target, { recursive: true });
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', target], { cwd: MADE });
  const [{ filename, size }]: [{ filename: string; size: number }] = JSON.parse(packed.toString());
  console.log(`${path.join(target, filename)}: ${(size / 1024 / 1024).toFixed(2)} MB`);
} finally {
  rmSync(MADE, { recursive: true, force: true });
}

async function bundle(): Promise<void> {
  const common = {
    bundle: true,
    platform: 'node',
    target: 'node20',
    outdir: DIST,
    logLevel: 'error',
    minifySyntax: true,
    minifyWhitespace: true,
    external: DEPENDENCIES,
  } satisfies BuildOptions;
  await build({
    ...common,
    entryPoints: { cli: path.join(LOCAL, 'package/cli.ts'), testing: path.join(LOCAL, 'testing/testing.ts') },
    format: 'esm',
    splitting: true,
    outExtension: { '.js': '.mjs' },
    chunkNames: '[name]-[hash]',
    // What was CommonJS asks for Node.js's own modules by `require`.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);`,
    },
  });
  // Jest runs tests as CommonJS.
  await build({
    ...common,
    entryPoints: { testing: path.join(LOCAL, 'testing/testing.ts') },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
  });
  const cli = path.join(DIST, 'cli.mjs');
  writeFileSync(cli, `#!/usr/bin/env node\n${readFileSync(cli, 'utf8')}`);
  chmodSync(cli, 0o755);
}

/** The types of `testing`, in the files that they are written in. */
function declareTypes(): void {
  const emitted = path.join(MADE, 'types');
  execFileSync(process.execPath, [
    path.join(ROOT, 'node_modules/typescript/bin/tsc'),
    '--project',
    path.join(LOCAL, 'package/tsconfig.json'),
    '--outDir',
    emitted,
  ]);
  const wanted = ['testing'];
  for (const name of wanted) {
    const file = path.join(emitted, 'infra/local/testing', `${name}.d.ts`);
    const text = readFileSync(file, 'utf8').replaceAll(/from '\.\/([\w-]+)\.ts'/g, (_, target: string) => {
      if (!wanted.includes(target)) wanted.push(target);
      return `from './${target}.js'`;
    });
    if (/from '\.\.?\/\.\./.test(text))
      throw new Error(`Expected ${name}.ts to show types of its own folder`);
    writeFileSync(path.join(DIST, `${name}.d.ts`), text);
    // To who imports as CommonJS these are the types of a module of that kind.
    writeFileSync(path.join(DIST, `${name}.d.cts`), text.replaceAll(/(from '\.\/[\w-]+)\.js'/g, "$1.cjs'"));
  }
  rmSync(emitted, { recursive: true });
}

function manifest(): object {
  const { version, license, engines, dependencies } = PROJECT;
  const testing = {
    import: { types: './dist/testing.d.ts', default: './dist/testing.mjs' },
    require: { types: './dist/testing.d.cts', default: './dist/testing.cjs' },
  };
  return {
    name: 'tumbling-windows',
    version,
    description:
      'Lambda tumbling windows on Kinesis, on your machine: run a consumer, and test it without a clock',
    keywords: ['aws', 'kinesis', 'lambda', 'tumbling window', 'event source mapping', 'local', 'test'],
    license,
    type: 'module',
    engines,
    bin: { 'tumbling-windows': 'dist/cli.mjs' },
    exports: { '.': testing, './testing': testing, './package.json': './package.json' },
    files: readdirSync(MADE).filter((name) => name !== 'package.json'),
    dependencies: Object.fromEntries(DEPENDENCIES.map((name) => [name, dependencies[name]])),
  };
}
