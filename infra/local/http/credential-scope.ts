import type { HttpRequest } from './http.ts';

/** What a signature is for. */
export interface CredentialScope {
  readonly accessKeyId: string;
  /** YYYYMMDD */
  readonly date: string;
  readonly region: string;
  /** The service's signing name. */
  readonly service: string;
}

/**
 * `<key>/<date>/<region>/<service>/aws4_request`, from the header or from a presigned URL; null when the request is not
 * signed. What a scope lacks is empty. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
export function credentialScope({
  headers,
  query,
}: Pick<HttpRequest, 'headers' | 'query'>): CredentialScope | null {
  const credential =
    /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? query.get('X-Amz-Credential');
  if (credential === null || credential === '') return null;
  const [accessKeyId = '', date = '', region = '', service = ''] = credential.split('/');
  return { accessKeyId, date, region, service };
}
