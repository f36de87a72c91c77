import { readFile } from 'node:fs/promises';
import { dirname, extname, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Loader, Plugin } from 'esbuild';

/** `@aws-sdk/*` is there without being installed, as Lambda's Node.js runtimes bring it: then it is the runtime's own. */
const PROVIDED_SDK: Plugin = {
  name: 'provided-sdk',
  setup(build) {
    const resolveDir = dirname(fileURLToPath(import.meta.url));
    build.onResolve(
      { filter: /^@(aws-sdk|smithy)\// },
      async ({ path, pluginData, importer, kind, ...from }) => {
        if (pluginData === PROVIDED_SDK.name) return null;
        const options = { importer, kind, pluginData: PROVIDED_SDK.name };
        const own = await build.resolve(path, { ...options, resolveDir: from.resolveDir });
        if (own.errors.length === 0) return own;
        const provided = await build.resolve(path, { ...options, resolveDir });
        return provided.errors.length === 0 ? provided : own;
      },
    );
  },
};

/** A module that reads a file beside itself finds it, although its code runs from the cache. */
const OWN_PLACE: Plugin = {
  name: 'own-place',
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
      if (path.includes(`${sep}node_modules${sep}`)) return null; // hundreds of files, none of which reads beside itself
      const source = await readFile(path, 'utf8');
      if (!source.includes('import.meta')) return null;
      const { transform } = await import('esbuild');
      const { code } = await transform(source, {
        loader: loaderOf(path),
        sourcefile: path,
        sourcemap: 'inline',
        define: {
          'import.meta.url': JSON.stringify(pathToFileURL(path).href),
          'import.meta.dirname': JSON.stringify(dirname(path)),
          'import.meta.filename': JSON.stringify(path),
        },
      });
      return { contents: code, loader: 'js' };
    });
  },
};

function loaderOf(file: string): Loader {
  const extension = extname(file).replace(/^\.[cm]?/, '');
  return extension === 'ts' || extension === 'tsx' || extension === 'jsx' ? extension : 'js';
}

export const LAMBDA_PLUGINS: Plugin[] = [PROVIDED_SDK, OWN_PLACE];
