import { basename, dirname, extname, resolve } from 'node:path';
import { logGroupOf } from '../../../../lib/core/invocation-log.ts';

/** A function as whoever makes it knows it; AWS's units. */
export interface FunctionDefinition {
  readonly name: string;
  readonly description?: string;
  /**
   * TypeScript or JavaScript (ESM or CommonJS), Python (`.py`), or any executable that speaks Lambda's Runtime API.
   */
  readonly handlerFile: string;
  /** The name of the exported handler; `handler` when absent. */
  readonly handlerExport?: string;
  /** As the API shows them; of a local file when absent. */
  readonly runtime?: string;
  readonly handler?: string;
  /** Where a process of it begins; the folder of its file when absent. */
  readonly taskRoot?: string;
  /** All that the function finds in its environment besides Lambda's own variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** 1 to 900. */
  readonly timeoutSeconds: number;
  /** 128 to 10,240; bounds the heap of a Node.js worker. */
  readonly memoryMb: number;
  readonly reservedConcurrency?: number;
  /** As in the function's LoggingConfig; `Text` when absent. */
  readonly loggingFormat?: 'Text' | 'JSON';
  readonly logGroupName?: string;
  readonly role?: string;
  /** `$LATEST` when absent. */
  readonly version?: string;
  /** Of the zip that it was made from; absent for a file of this machine. */
  readonly package?: PackageInfo;
}

export interface PackageInfo {
  /** Of the zip, base64. */
  readonly sha256: string;
  /** Of the zip, in bytes. */
  readonly size: number;
}

/** Where functions live: part of every ARN. */
export interface Account {
  readonly region: string;
  readonly accountId: string;
}

/** A definition with its defaults filled in, as pool and API read it. */
export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly description: string;
  readonly handlerFile: string;
  readonly handlerExport: string;
  /** nodejs: a worker with the bundled handler. python, provided: a process that speaks the Runtime API. */
  readonly kind: 'nodejs' | 'python' | 'provided';
  /** As the API shows it: `nodejs20.x`, `python3.13`, `provided.al2023`. */
  readonly runtime: string;
  readonly handler: string;
  /** Where the function's files lie, and a process of it begins. */
  readonly taskRoot: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly loggingFormat: 'Text' | 'JSON';
  readonly logGroupName: string;
  readonly region: string;
  readonly role: string;
  /** Null for a file of this machine. */
  readonly package: PackageInfo | null;
}

export function lambdaFunction(definition: FunctionDefinition, account: Account): LambdaFunction {
  const handlerFile = resolve(definition.handlerFile);
  const handlerExport = definition.handlerExport ?? 'handler';
  const kind = kindOf(handlerFile, definition.runtime);
  const shown = {
    nodejs: { runtime: `nodejs${process.versions.node.split('.')[0]}.x`, module: 'index' },
    python: { runtime: 'python3.13', module: basename(handlerFile, '.py') },
    provided: { runtime: 'provided.al2023', module: basename(handlerFile, extname(handlerFile)) },
  }[kind];
  return {
    name: definition.name,
    arn: `arn:aws:lambda:${account.region}:${account.accountId}:function:${definition.name}`,
    version: definition.version ?? '$LATEST',
    description: definition.description ?? '',
    handlerFile,
    handlerExport,
    kind,
    runtime: definition.runtime ?? shown.runtime,
    handler: definition.handler ?? `${shown.module}.${handlerExport}`,
    taskRoot: definition.taskRoot ?? dirname(handlerFile),
    environment: definition.environment ?? {},
    timeoutSeconds: definition.timeoutSeconds,
    memoryMb: definition.memoryMb,
    loggingFormat: definition.loggingFormat ?? 'Text',
    logGroupName: definition.logGroupName ?? logGroupOf(definition.name),
    region: account.region,
    package: definition.package ?? null,
    role: definition.role ?? `arn:aws:iam::${account.accountId}:role/${definition.name}`,
  };
}

/** By the runtime's name, else by the file's. */
export function kindOf(handlerFile: string, runtime = ''): LambdaFunction['kind'] {
  const named = (['nodejs', 'python', 'provided'] as const).find((kind) => runtime.startsWith(kind));
  if (named !== undefined) return named;
  const extension = extname(handlerFile);
  if (extension === '.py') return 'python';
  return /^\.[cm]?[jt]sx?$/.test(extension) ? 'nodejs' : 'provided';
}
