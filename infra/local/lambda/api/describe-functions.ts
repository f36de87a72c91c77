import { createHash } from 'node:crypto';
import type { HttpRequest, HttpResponse } from '../../http/http.ts';
import type { Code } from '../functions/code.ts';
import { BundleError } from '../functions/function-bundle.ts';
import type { LambdaFunction } from '../functions/function-definition.ts';
import { ACCOUNT_CONCURRENCY, type FunctionPool } from '../functions/function-pool.ts';
import { functionArn, functionReference } from '../functions/function-reference.ts';
import { Constraints } from './constraints.ts';
import { numberIn, paged } from './page.ts';
import { json } from './route.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html */
export async function getFunction(
  pool: FunctionPool,
  request: HttpRequest,
  name: string,
): Promise<HttpResponse> {
  const definition = described(pool, request, name);
  const reserved = pool.reservedConcurrency(definition.name);
  const { configuration, status, location } = await configurationOf(pool, definition);
  return json(200, {
    Configuration: { ...configuration, ...status },
    Code: { RepositoryType: 'S3', Location: location },
    ...(reserved === null ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
  });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html */
export async function getFunctionConfiguration(
  pool: FunctionPool,
  request: HttpRequest,
  name: string,
): Promise<HttpResponse> {
  const definition = described(pool, request, name);
  const { configuration, status } = await configurationOf(pool, definition);
  return json(200, { ...configuration, ...status });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html */
export async function listFunctions(pool: FunctionPool, request: HttpRequest): Promise<HttpResponse> {
  const constraints = new Constraints({
    FunctionVersion: request.query.get('FunctionVersion') ?? undefined,
    MaxItems: numberIn(request, 'MaxItems'),
  });
  const everyVersion = constraints.oneOf('FunctionVersion', ['ALL']) === 'ALL';
  const maxItems = constraints.integer('MaxItems', 1, 10_000);
  constraints.check();
  const page = paged(pool.functions, ({ name }) => name, request.query.get('Marker'), maxItems);
  const Functions = [];
  for (const definition of page.items) {
    const { configuration } = await configurationOf(pool, definition);
    Functions.push(
      everyVersion ? { ...configuration, FunctionArn: `${definition.arn}:$LATEST` } : configuration,
    );
  }
  return json(200, { Functions, ...page.marker });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
export async function getAccountSettings(pool: FunctionPool): Promise<HttpResponse> {
  let unreserved = ACCOUNT_CONCURRENCY;
  let totalCodeSize = 0;
  for (const definition of pool.functions) {
    unreserved -= pool.reservedConcurrency(definition.name) ?? 0;
    totalCodeSize += (await configurationOf(pool, definition)).configuration.CodeSize;
  }
  return json(200, {
    AccountLimit: {
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: ACCOUNT_CONCURRENCY,
      UnreservedConcurrentExecutions: unreserved,
    },
    AccountUsage: { TotalCodeSize: totalCodeSize, FunctionCount: pool.functions.length },
  });
}

/** The function that was asked for; its ARN ends in the qualifier when one was given. */
function described(pool: FunctionPool, request: HttpRequest, name: string): LambdaFunction {
  const reference = functionReference(pool.account, name, request.query.get('Qualifier'));
  return { ...pool.find(reference), arn: functionArn(pool.account, reference) };
}

async function configurationOf(pool: FunctionPool, definition: LambdaFunction) {
  const built = await builtCode(pool, definition.name);
  const configuration = {
    FunctionName: definition.name,
    FunctionArn: definition.arn,
    Runtime: definition.runtime,
    Role: definition.role,
    Handler: definition.handler,
    CodeSize: built.code?.codeSize ?? 0,
    Description: definition.description,
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memoryMb,
    LastModified: new Date(built.code?.builtMs ?? 0).toISOString().replace('Z', '+0000'),
    CodeSha256: built.code?.codeSha256 ?? '',
    Version: definition.version,
    Environment: { Variables: definition.environment },
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: revisionId(definition, built.code),
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
  pool: FunctionPool,
  name: string,
): Promise<{ readonly code?: Code; readonly problem?: string }> {
  try {
    return { code: await pool.code(name) };
  } catch (error) {
    if (error instanceof BundleError) return { problem: error.message };
    throw error;
  }
}

/** A UUID that changes with code and configuration. */
function revisionId(definition: LambdaFunction, code: Code | undefined): string {
  const content = JSON.stringify([{ ...definition, arn: '' }, code?.codeSha256]);
  const digest = createHash('sha256').update(content).digest('hex');
  return [8, 12, 16, 20, 32].map((end, index) => digest.slice([0, 8, 12, 16, 20][index], end)).join('-');
}
