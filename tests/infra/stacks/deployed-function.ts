import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Template } from 'aws-cdk-lib/assertions';
import { fieldsOf, theResource } from './synthesized.ts';

/** A function as a template deploys it. */
export interface DeployedFunction {
  readonly name: string;
  /** Its one file, as it was bundled. */
  readonly file: string;
  /** With each reference to what the template makes replaced by what that is called. */
  readonly environment: Readonly<Record<string, string>>;
}

/** `refs` says what the resources are called: `{ 'AWS::S3::Bucket': 'my-bucket' }`. */
export function deployedFunction(
  folder: string,
  template: Template,
  refs: Readonly<Record<string, string>>,
): DeployedFunction {
  const { properties } = theResource(template, 'AWS::Lambda::Function');
  const codeKey = String(fieldsOf(properties.Code).S3Key);
  const handler = /^(\w+)\.handler$/.exec(String(properties.Handler))?.[1];
  const nameOf = (value: unknown): string => {
    if (typeof value === 'string') return value;
    const { Ref } = fieldsOf(value);
    const found = Object.entries(refs).find(([type]) => String(Ref) in template.findResources(type));
    if (found === undefined)
      throw new Error(`Expected a reference to one of ${Object.keys(refs)}, got ${Ref}.`);
    return found[1];
  };
  const variables = fieldsOf(fieldsOf(properties.Environment).Variables);
  return {
    name: String(properties.FunctionName),
    file: path.join(folder, `asset.${codeKey.replace(/\.zip$/, '')}`, `${handler}.mjs`),
    environment: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, nameOf(value)])),
  };
}

const INVOKE = `
const { handler } = await import(process.argv[1]);
const { text } = await import('node:stream/consumers');
const [event, functionName] = JSON.parse(await text(process.stdin));
const context = { awsRequestId: 'request-1', functionName, getRemainingTimeInMillis: () => 30_000 };
console.log('ANSWER ' + JSON.stringify(await handler(event, context)));
`;

/** Runs it as Lambda does: in a process of its own, with nothing but its environment and Lambda's own variables. */
export async function invoke(
  fn: DeployedFunction,
  lambdaEnvironment: Readonly<Record<string, string>>,
  event: unknown,
): Promise<unknown> {
  const running = promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', INVOKE, `file://${fn.file}`],
    {
      cwd: path.dirname(fn.file),
      env: { NODE_ENV: 'production', ...fn.environment, ...lambdaEnvironment },
      maxBuffer: 1 << 24,
    },
  );
  // Three hundred sales are more than an argument may have.
  running.child.stdin?.end(JSON.stringify([event, fn.name]));
  const { stdout } = await running;
  return JSON.parse(/^ANSWER (.*)$/m.exec(stdout)?.[1] ?? '');
}
