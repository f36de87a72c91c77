import path from 'node:path';
import type { CommandLine } from './command-line.ts';

/** Where a command reads and writes on this machine, and what it hands on to the CDK CLI. */
export interface Workplace {
  /** With the command line's profile and region in it. */
  readonly env: NodeJS.ProcessEnv;
  readonly envFile: string;
  readonly outFolder: string;
  readonly cdkOptions: readonly string[];
  /** Where the page is bundled, when it is hosted. */
  readonly root: string;
}

export function workplaceOf(root: string, line: CommandLine, env: NodeJS.ProcessEnv): Workplace {
  const outFolder = path.join(root, 'cdk.out');
  return {
    env: {
      ...env,
      ...(line.profile === null ? {} : { AWS_PROFILE: line.profile }),
      ...(line.region === null ? {} : { AWS_REGION: line.region }),
      ...templateEndpoint(env),
      // Node's own end of support is no news to who deploys.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    root,
    envFile: path.join(root, '.env.local'),
    outFolder,
    cdkOptions: [
      '--output',
      outFolder,
      ...[...line.context].flatMap(([name, value]) => ['--context', `${name}=${value}`]),
    ],
  };
}

/** CloudFormation on this machine reads the template from its own S3, which moto knows by the name `localhost` only. */
function templateEndpoint(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const variable = 'AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION';
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  if (endpoint === undefined || env[variable] !== undefined || !URL.canParse(endpoint)) return {};
  const url = new URL(endpoint);
  return url.hostname === '127.0.0.1' ? { [variable]: `${url.protocol}//localhost:${url.port}` } : {};
}
