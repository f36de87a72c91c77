import { createHash } from 'node:crypto';
import type { HttpRequest, HttpResponse } from '../../http/http.ts';
import type { Code } from '../functions/code.ts';
import { BundleError } from '../functions/function-bundle.ts';
import { ACCOUNT_CONCURRENCY } from '../functions/function-pool.ts';
import { type FunctionReference, functionArn, functionReference } from '../functions/function-reference.ts';
import { UNZIPPED_LIMIT_BYTES } from '../functions/zip-package.ts';
import { Constraints } from './constraints.ts';
import type { LambdaContext } from './lambda-context.ts';
import { numberIn, paged } from './list-page.ts';
import { json } from './rest-route.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html */
export async function getFunction(
  context: LambdaContext,
  request: HttpRequest,
  named: string,
): Promise<HttpResponse> {
  const reference = referenceIn(context, request, named);
  const { configuration, status, location } = await configurationOf(context, reference);
  const reserved = context.pool.reservedConcurrency(reference.name);
  const tags = context.pool.tags(reference.name);
  return json(200, {
    Configuration: { ...configuration, ...status },
    Code: { RepositoryType: 'S3', Location: location },
    ...(Object.keys(tags).length === 0 ? {} : { Tags: tags }),
    ...(reserved === null ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
  });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html */
export async function getFunctionConfiguration(
  context: LambdaContext,
  request: HttpRequest,
  named: string,
): Promise<HttpResponse> {
  return json(200, await describeFunction(context, referenceIn(context, request, named)));
}

/** A function's configuration and its state; its ARN ends in the qualifier when one was given. */
export async function describeFunction(context: LambdaContext, reference: FunctionReference) {
  const { configuration, status } = await configurationOf(context, reference);
  return { ...configuration, ...status };
}

/** As lists show it: without its state. */
export async function listedFunction(context: LambdaContext, reference: FunctionReference) {
  return (await configurationOf(context, reference)).configuration;
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html */
export async function listFunctions(context: LambdaContext, request: HttpRequest): Promise<HttpResponse> {
  const constraints = new Constraints({
    FunctionVersion: request.query.get('FunctionVersion') ?? undefined,
    MaxItems: numberIn(request, 'MaxItems'),
  });
  const everyVersion = constraints.oneOf('FunctionVersion', ['ALL']) === 'ALL';
  const maxItems = constraints.integer('MaxItems', 1, 10_000);
  constraints.check();
  const references = context.pool.functions.flatMap(({ name }): FunctionReference[] =>
    everyVersion
      ? ['$LATEST', ...context.created.versions(name)].map((qualifier) => ({ name, qualifier }))
      : [{ name, qualifier: null }],
  );
  const key = ({ name, qualifier }: FunctionReference) => `${name}:${qualifier}`;
  const page = paged(references, key, request.query.get('Marker'), maxItems);
  const Functions = [];
  for (const reference of page.items) Functions.push(await listedFunction(context, reference));
  return json(200, { Functions, ...page.marker });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
export async function getAccountSettings(context: LambdaContext): Promise<HttpResponse> {
  const { functions } = context.pool;
  let unreserved = ACCOUNT_CONCURRENCY;
  let totalCodeSize = 0;
  for (const { name } of functions) {
    unreserved -= context.pool.reservedConcurrency(name) ?? 0;
    totalCodeSize += (await listedFunction(context, { name, qualifier: null })).CodeSize;
  }
  return json(200, {
    AccountLimit: {
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: UNZIPPED_LIMIT_BYTES,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: ACCOUNT_CONCURRENCY,
      UnreservedConcurrentExecutions: unreserved,
    },
    AccountUsage: { TotalCodeSize: totalCodeSize, FunctionCount: functions.length },
  });
}

function referenceIn({ pool }: LambdaContext, request: HttpRequest, named: string): FunctionReference {
  return functionReference(pool.account, named, request.query.get('Qualifier'));
}

async function configurationOf({ pool, created }: LambdaContext, reference: FunctionReference) {
  const definition = pool.find(reference);
  const { package: zip } = definition;
  const built = await builtCode(() => pool.code(reference));
  const sha256 = zip?.sha256 ?? built.code?.codeSha256 ?? '';
  const modifiedMs = created.modifiedMs(definition.name, definition.version) ?? built.code?.builtMs ?? 0;
  const configuration = {
    FunctionName: definition.name,
    FunctionArn: functionArn(pool.account, reference),
    Runtime: definition.runtime,
    Role: definition.role,
    Handler: definition.handler,
    CodeSize: zip?.size ?? built.code?.codeSize ?? 0,
    Description: definition.description,
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memoryMb,
    LastModified: new Date(modifiedMs).toISOString().replace('Z', '+0000'),
    CodeSha256: sha256,
    Version: definition.version,
    Environment: { Variables: definition.environment },
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: revisionId([{ ...definition, arn: '' }, sha256, zip && modifiedMs]),
    PackageType: 'Zip',
    Architectures: [process.arch === 'arm64' ? 'arm64' : 'x86_64'],
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: definition.loggingFormat,
      ...(definition.loggingFormat === 'JSON' ? { ApplicationLogLevel: 'INFO', SystemLogLevel: 'INFO' } : {}),
      LogGroup: definition.logGroupName,
    },
  };
  /** What the list leaves out. */
  const status = {
    RuntimeVersionConfig: {
      RuntimeVersionArn: `arn:aws:lambda:${definition.region}::runtime:${
        definition.kind === 'nodejs' ? `node-v${process.versions.node}` : definition.runtime
      }`,
    },
    ...(built.problem === undefined
      ? { State: 'Active', LastUpdateStatus: 'Successful' }
      : { State: 'Failed', StateReasonCode: 'InvalidZipFileException', StateReason: built.problem }),
  };
  return { configuration, status, location: built.code?.url ?? '' };
}

/** Source that does not bundle is a state of the function, not a failure of the question. */
async function builtCode(
  build: () => Promise<Code>,
): Promise<{ readonly code?: Code; readonly problem?: string }> {
  try {
    return { code: await build() };
  } catch (error) {
    if (error instanceof BundleError) return { problem: error.message };
    throw error;
  }
}

/** A UUID that changes with code and configuration. */
function revisionId(content: unknown): string {
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return [8, 12, 16, 20, 32].map((end, index) => digest.slice([0, 8, 12, 16, 20][index], end)).join('-');
}
