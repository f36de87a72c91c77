import type { HttpRequest, HttpResponse } from './http/http.ts';

/** The one STS operation that a page or a script asks to learn where it is. */
export const ACTIONS = ['GetCallerIdentity'] as const;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export function createStsService(identity: { readonly accountId: string }) {
  return (request: HttpRequest): HttpResponse => {
    const action =
      request.query.get('Action') ?? new URLSearchParams(request.body.toString()).get('Action') ?? '';
    if (action !== ACTIONS[0]) {
      return xml(
        400,
        `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>Could not find operation ${escapeXml(action)} for version 2011-06-15</Message></Error><RequestId>${request.requestId}</RequestId></ErrorResponse>`,
      );
    }
    const { accountId } = identity;
    return xml(
      200,
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${accountId}:user/local</Arn><UserId>AIDALOCALRUNTIME</UserId><Account>${accountId}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>${request.requestId}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
    );
  };
}

function xml(status: number, body: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
