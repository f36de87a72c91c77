import 'server-only';

/** A line of the AWS CLI to paste into a POSIX shell, with the endpoint where it is not AWS's own. */
export function awsCommand(words: readonly string[], endpoint: string | null): string {
  const where = endpoint === null ? [] : ['--endpoint-url', endpoint];
  return ['aws', ...words, ...where].map(quote).join(' ');
}

/** Where the local runtime listens unless it is told otherwise. */
const LOCAL_PORT = '4566';

/** Starts the local runtime where it is looked for. */
export function localRuntimeCommand(endpoint: string): string {
  const port = URL.canParse(endpoint) ? new URL(endpoint).port : '';
  return `${port === '' || port === LOCAL_PORT ? '' : `LOCAL_AWS_PORT=${port} `}npm run local`;
}

/** Words may come from outside, such as keys of objects. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
