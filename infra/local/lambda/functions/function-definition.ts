import { resolve } from 'node:path';

/** A function as the composition root knows it; AWS's units. */
export interface FunctionDefinition {
  readonly name: string;
  readonly description?: string;
  /** Source in TypeScript or JavaScript, ESM or CommonJS. */
  readonly handlerFile: string;
  /** The name of the exported handler; `handler` when absent. */
  readonly handlerExport?: string;
  /** All that the function finds in `process.env` besides Lambda's own `AWS_*` variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** 1 to 900. */
  readonly timeoutSeconds: number;
  /** 128 to 10,240; bounds the worker's JavaScript heap. */
  readonly memoryMb: number;
  readonly reservedConcurrency?: number;
  /** As in the function's LoggingConfig; `Text` when absent. */
  readonly loggingFormat?: 'Text' | 'JSON';
  readonly role?: string;
}

/** Where functions live: part of every ARN. */
export interface Account {
  readonly region: string;
  readonly accountId: string;
}

export const localAccount: Account = { region: 'us-east-1', accountId: '000000000000' };

/** A definition with its defaults filled in, as pool and API read it. */
export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly handlerFile: string;
  readonly handlerExport: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly loggingFormat: 'Text' | 'JSON';
  readonly logGroupName: string;
  readonly region: string;
  readonly role: string;
}

export const lambdaFunction = (definition: FunctionDefinition, account: Account): LambdaFunction => ({
  name: definition.name,
  arn: `arn:aws:lambda:${account.region}:${account.accountId}:function:${definition.name}`,
  description: definition.description ?? '',
  handlerFile: resolve(definition.handlerFile),
  handlerExport: definition.handlerExport ?? 'handler',
  environment: definition.environment ?? {},
  timeoutSeconds: definition.timeoutSeconds,
  memoryMb: definition.memoryMb,
  loggingFormat: definition.loggingFormat ?? 'Text',
  logGroupName: `/aws/lambda/${definition.name}`,
  region: account.region,
  role: definition.role ?? `arn:aws:iam::${account.accountId}:role/${definition.name}`,
});
