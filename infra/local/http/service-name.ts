import { credentialScope } from './credential-scope.ts';
import type { HttpRequest } from './http.ts';

export type ServiceName = 'kinesis' | 'lambda' | 'logs' | 's3' | 'sts' | 'control';

const TARGETS: readonly (readonly [string, ServiceName])[] = [
  ['Kinesis_20131202.', 'kinesis'],
  ['Logs_20140328.', 'logs'],
];

const SIGNING_NAMES: Readonly<Record<string, ServiceName>> = {
  kinesis: 'kinesis',
  lambda: 'lambda',
  logs: 'logs',
  s3: 's3',
  sts: 'sts',
};

/** The parameter that names an operation of the query protocol, in the query or in a form. */
const ACTION = /(?:^|&)Action=\w/;

/**
 * Whose request it is, told by what AWS requests carry: the target header of the JSON protocol, the service name in the
 * signature's credential scope, the dated paths of Lambda's REST API. What carries none of them is for S3.
 */
export function serviceOf(request: HttpRequest): ServiceName {
  if (request.path === '/_local' || request.path.startsWith('/_local/')) return 'control';
  const target = request.headers['x-amz-target'] ?? '';
  const byTarget = TARGETS.find(([prefix]) => target.startsWith(prefix));
  if (byTarget !== undefined) return byTarget[1];

  const scope = credentialScope(request);
  const bySignature = SIGNING_NAMES[scope?.service ?? ''];
  if (bySignature !== undefined) return bySignature;

  if (/^\/20\d\d-\d\d-\d\d\/(functions|event-source-mappings|account-settings)\b/.test(request.path))
    return 'lambda';
  const contentType = request.headers['content-type'] ?? '';
  const isForm = contentType.startsWith('application/x-www-form-urlencoded');
  if (ACTION.test(request.query.toString()) || (isForm && ACTION.test(request.body.toString('latin1')))) {
    return 'sts';
  }
  // S3 has only reads at `/`, and they are signed for it or not at all; the rest there is a Kinesis client's mistake.
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const isS3 = (isRead && scope === null) || request.path !== '/' || request.query.size > 0;
  if (target !== '' || contentType.startsWith('application/x-amz-') || !isS3) return 'kinesis';
  return 's3';
}
