import type { HttpResponse } from '../../http/http.ts';
import type { Xml } from '../../http/xml-text.ts';
import { aclNotSupported, checkAclHeaders } from '../wire/object-headers.ts';
import { ownerXml, xmlResponse } from '../wire/xml.ts';
import { existingObject } from './objects.ts';
import type { S3Request } from './s3-request.ts';

const CANONICAL_USER = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"';

/**
 * ACLs are disabled, as they are in every bucket that is created in AWS now: all is the owner's.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
 */
export function getAcl(request: S3Request): HttpResponse {
  checkResource(request);
  const [, owner] = ownerXml();
  const grant: Xml = [
    'Grant',
    [
      ['Grantee', owner, CANONICAL_USER],
      ['Permission', 'FULL_CONTROL'],
    ],
  ];
  return xmlResponse(['AccessControlPolicy', [ownerXml(), ['AccessControlList', [grant]]]]);
}

/** What changes nothing is taken; anything else a bucket without ACLs refuses. Throws S3Error AccessControlListNotSupported. */
export function putAcl(request: S3Request): HttpResponse {
  checkResource(request);
  const { headers } = request.http;
  checkAclHeaders(headers);
  if (headers['x-amz-acl'] !== undefined) return { status: 200, headers: {}, body: '' };
  throw aclNotSupported();
}

function checkResource(request: S3Request): void {
  if (request.key === '') request.store.bucket(request.bucket);
  else existingObject(request);
}
