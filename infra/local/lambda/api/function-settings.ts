import { textMap } from '../../aws-json/collection-members.ts';
import { wrongType } from '../../aws-json/json-reader.ts';
import { structure } from '../../aws-json/request-shape.ts';
import { text } from '../../aws-json/scalar-members.ts';
import type { FunctionSettings } from '../functions/function-store.ts';
import { invalidParameterValue, type LambdaError } from '../lambda-error.ts';
import type { Constraints } from './constraints.ts';

/** Reads an object of the local bucket; null when there is none. */
export type ReadObject = (bucket: string, key: string) => Buffer | null;

export const DESCRIPTION = { max: 256 };
const ROLE = { pattern: 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+' };
const ENVIRONMENT = structure({
  Variables: textMap({ keyLengths: [1, 4_096], valueLengths: [0, 4_096] }),
});
const LOGGING = structure({
  LogFormat: text({ oneOf: ['Text', 'JSON'] }),
  LogGroup: text({ min: 1, max: 512 }),
});

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED_VARIABLES =
  /^(_HANDLER|AWS_(REGION|DEFAULT_REGION|EXECUTION_ENV|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|LAMBDA_\w+)|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;

/** What create and update may say of a function; only what was given. */
export function functionSettingsIn(constraints: Constraints): Partial<FunctionSettings> {
  const logging = constraints.read('LoggingConfig', LOGGING);
  const settings = {
    runtime: constraints.text('Runtime'),
    handler: constraints.text('Handler', { max: 128, pattern: '[^\\s]+' }),
    role: constraints.text('Role', ROLE),
    description: constraints.text('Description', DESCRIPTION),
    timeoutSeconds: constraints.integer('Timeout', 1, 900),
    memoryMb: constraints.integer('MemorySize', 128, 10_240),
    environment: constraints.read('Environment', ENVIRONMENT)?.Variables,
    loggingFormat: logging?.LogFormat,
    logGroupName: logging?.LogGroup,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Without these a function would be another one: they are refused, and not dropped in silence. */
const NOT_HERE = [
  'CapacityProviderConfig',
  'DeadLetterConfig',
  'DurableConfig',
  'FileSystemConfigs',
  'ImageConfig',
  'Layers',
];

/** Throws LambdaError InvalidParameterValueException for what a function here cannot have. */
export function refuseForeign(body: Readonly<Record<string, unknown>>): void {
  const name = NOT_HERE.find((foreign) => hasContent(body[foreign]));
  if (name !== undefined) throw invalidParameterValue(`The local runtime has no ${name} for a function.`);
}

/** Some clients send a member that they do not use as an empty one. */
export function hasContent(member: unknown): boolean {
  return Object.values(Object(member)).some((value) => value !== null && value !== '');
}

/** Throws LambdaError InvalidParameterValueException for what cannot be run here, or must not be set. */
export function refuseSettings({ runtime, handler, environment = {} }: Partial<FunctionSettings>): void {
  const kind = /^(nodejs|python)\d|^provided/.exec(runtime ?? 'provided')?.[0];
  if (kind === undefined) {
    throw invalidParameterValue(`The local runtime runs nodejs*, python* and provided*, got ${runtime}.`);
  }
  if (runtime !== undefined && handler !== undefined && kind !== 'provided' && !handler.includes('.')) {
    throw invalidParameterValue(`Expected a handler such as index.handler, got ${handler}.`);
  }
  const reserved = Object.keys(environment).filter((name) => RESERVED_VARIABLES.test(name));
  if (reserved.length > 0) {
    throw invalidParameterValue(
      'Lambda was unable to configure your environment variables because the environment variables you have provided contains ' +
        `reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
}

export function noImages(): LambdaError {
  return invalidParameterValue('The local runtime runs zip packages, and no container images.');
}

/** The zip of a deployment package: inline, or from the local bucket. Throws LambdaError InvalidParameterValueException. */
export function packageIn(code: Readonly<Record<string, unknown>>, readObject: ReadObject): Buffer {
  const { ImageUri, S3Bucket, S3Key, ZipFile } = code;
  if (ImageUri !== undefined) throw noImages();
  if (typeof S3Bucket === 'string' && typeof S3Key === 'string') {
    const found = readObject(S3Bucket, S3Key);
    if (found !== null) return found;
    throw invalidParameterValue(
      'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
    );
  }
  if (ZipFile === undefined || ZipFile === null) {
    throw invalidParameterValue('Please provide a source for function code.');
  }
  if (typeof ZipFile !== 'string') throw wrongType(ZipFile, 'a Blob');
  return Buffer.from(ZipFile, 'base64');
}
