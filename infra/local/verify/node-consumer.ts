import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import type { Plugin } from 'esbuild';
import { LAMBDA_PLUGINS } from '../lambda/functions/bundle-plugins.ts';
import { callHandler, type HandlerHost, type WindowedHandler } from '../testing/handler-call.ts';
import { withClock } from '../testing/virtual-date.ts';

/**
 * A TypeScript or JavaScript consumer within this process: bundled once, and evaluated afresh for each sandbox, which takes
 * no time as the AWS SDK is loaded once for all. Throws esbuild's error, or an Error when there is no such handler.
 */
export async function openNodeConsumer(file: string, exportName: string): Promise<HandlerHost> {
  const { build } = await import('esbuild');
  const requireBeside = createRequire(file);
  const requireOwn = createRequire(fileURLToPath(import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    plugins: [SHARED_SDK, ...LAMBDA_PLUGINS],
  });
  const source = `(function (exports, require, module, __filename, __dirname) {${outputFiles[0]?.text ?? ''}\n})`;
  const evaluate: (...values: unknown[]) => void = new vm.Script(source, {
    filename: file,
  }).runInThisContext();
  const require = (name: string) => {
    if (isBuiltin(name)) return requireBeside(name);
    try {
      return requireBeside(name);
    } catch {
      return requireOwn(name); // as Lambda's Node.js runtimes bring the SDK
    }
  };
  const fresh = (): WindowedHandler => {
    const module: { exports: Record<string, unknown> } = { exports: {} };
    evaluate(module.exports, require, module, file, path.dirname(file));
    const handler = module.exports[exportName];
    if (isHandler(handler)) return handler;
    throw new Error(`Expected ${file} to export a function ${exportName}, got ${typeof handler}.`);
  };
  let handler: WindowedHandler | null = null;
  return {
    call: (payload, call) =>
      withClock(call.now, async () => {
        try {
          handler ??= fresh();
        } catch (error) {
          return {
            kind: 'error' as const,
            payload: JSON.stringify({ errorType: 'Runtime.Init', errorMessage: String(error) }),
          };
        }
        return callHandler(handler, payload, call);
      }),
    restart: () => {
      handler = null;
    },
  };
}

function isHandler(value: unknown): value is WindowedHandler {
  return typeof value === 'function';
}

const SHARED_SDK: Plugin = {
  name: 'shared-sdk',
  setup: (build) => {
    build.onResolve({ filter: /^@(aws-sdk|smithy)\// }, ({ path }) => ({ path, external: true }));
  },
};
