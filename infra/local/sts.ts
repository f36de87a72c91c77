import type { HttpRequest, HttpResponse } from './http/http.ts';
import { type Xml, xmlText } from './http/xml-text.ts';

/** The one STS operation that a page or a script asks to learn where it is. */
export const ACTIONS = ['GetCallerIdentity'] as const;

const VERSION = '2011-06-15';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export function createStsService({ accountId }: { readonly accountId: string }) {
  return (request: HttpRequest): HttpResponse => {
    const action =
      request.query.get('Action') ?? new URLSearchParams(request.body.toString()).get('Action') ?? '';
    const requestId: Xml = ['RequestId', request.requestId];
    if (action !== ACTIONS[0]) {
      const message = `Could not find operation ${action} for version ${VERSION}`;
      const error: Xml[] = [
        ['Type', 'Sender'],
        ['Code', 'InvalidAction'],
        ['Message', message],
      ];
      return answer(400, 'ErrorResponse', [['Error', error], requestId]);
    }
    const identity: Xml[] = [
      ['Arn', `arn:aws:iam::${accountId}:user/local`],
      ['UserId', 'AIDALOCALRUNTIME'],
      ['Account', accountId],
    ];
    return answer(200, `${action}Response`, [
      [`${action}Result`, identity],
      ['ResponseMetadata', [requestId]],
    ]);
  };
}

function answer(status: number, root: string, content: readonly Xml[]): HttpResponse {
  const body = xmlText([[root, content, `xmlns="https://sts.amazonaws.com/doc/${VERSION}/"`]]);
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
