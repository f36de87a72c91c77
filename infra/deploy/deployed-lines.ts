import { readFileSync } from 'node:fs';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import type { DeploymentNames } from '../stacks/deployment.ts';
import type { EnvLines } from './env-file.ts';
import type { Target } from './target.ts';

/** The lines of `.env.local` from the file that `cdk deploy --outputs-file` wrote: all that the page has to know. */
export function linesFromOutputs(file: string, names: DeploymentNames, target: Target): EnvLines {
  const stacks: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const output = (stack: string, name: string): string => {
    const value = fieldOf(fieldOf(stacks, stack), name);
    if (typeof value !== 'string') throw new Error(`Expected ${stack} to have the output ${name}, got none.`);
    return value;
  };
  return {
    AWS_REGION: output(names.analyticsStack, 'Region'),
    [SETTINGS.bucket]: output(names.analyticsStack, 'BucketName'),
    [SETTINGS.stream]: output(names.producerStack, 'StreamName'),
    [SETTINGS.producer]: output(names.producerStack, 'ProducerFunctionName'),
    [SETTINGS.consumer]: output(names.analyticsStack, 'ConsumerFunctionName'),
    [SETTINGS.windowSeconds]: output(names.analyticsStack, 'WindowSeconds'),
    // With whom and against what it was deployed; credentials themselves never go into a file.
    ...(target.profile === null ? {} : { AWS_PROFILE: target.profile }),
    ...(target.endpoint === null ? {} : { AWS_ENDPOINT_URL: target.endpoint }),
  };
}

/** Where the hosted page is and how its password is had; null when it was not deployed. */
export function pageFromOutputs(
  file: string,
  names: DeploymentNames,
): { readonly url: string; readonly passwordCommand: string } | null {
  const outputs = fieldOf(JSON.parse(readFileSync(file, 'utf8')), names.pageStack);
  const [url, passwordCommand] = [fieldOf(outputs, 'PageUrl'), fieldOf(outputs, 'PagePasswordCommand')];
  return typeof url === 'string' && typeof passwordCommand === 'string' ? { url, passwordCommand } : null;
}

/** True when the lines are of the same pipeline at the same endpoint, in whatever region. */
export function isSamePipeline(
  lines: EnvLines | null,
  names: DeploymentNames,
  target: Target,
): lines is EnvLines {
  return (
    lines?.[SETTINGS.producer] === names.producer && lines.AWS_ENDPOINT_URL === (target.endpoint ?? undefined)
  );
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
