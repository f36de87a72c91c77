import { DEFAULTS, SETTINGS } from '../core/setting-names.ts';
import { shellWord } from '../core/shell-word.ts';
import 'server-only';

/** A line of the AWS CLI to paste into a POSIX shell, with the endpoint where it is not AWS's own. */
export function awsCommand(words: readonly string[], endpoint: string | null): string {
  const where = endpoint === null ? [] : ['--endpoint-url', endpoint];
  return ['aws', ...words, ...where].map(shellWord).join(' ');
}

/** Starts the local runtime where it is looked for. */
export function localRuntimeCommand(endpoint: string): string {
  const port = URL.canParse(endpoint) ? new URL(endpoint).port : '';
  const isUsual = port === '' || port === String(DEFAULTS.localPort);
  return `${isUsual ? '' : `${SETTINGS.localPort}=${port} `}npm run local`;
}
