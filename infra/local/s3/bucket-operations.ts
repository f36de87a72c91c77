import type { HttpResponse } from '../http.ts';
import { invalid } from './list-parameters.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { malformed, ownerXml, parseXml, textOf, type Xml, xmlResponse } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export function listBuckets({ http: { query }, store }: S3Request): HttpResponse {
  const prefix = query.get('prefix') ?? '';
  const maxBuckets = parseMaxBuckets(query.get('max-buckets'));
  const region = query.get('bucket-region');
  const after = parseToken(query.get('continuation-token'));
  const buckets = store
    .buckets()
    .filter(
      ({ name }) =>
        name.startsWith(prefix) && name > after && (region === null || store.location(name) === region),
    );
  const page = buckets.slice(0, maxBuckets);
  const last = page.at(-1);
  const more: Xml[] = [];
  if (query.has('prefix')) more.push(['Prefix', prefix]);
  if (buckets.length > page.length && last !== undefined) {
    more.push(['ContinuationToken', Buffer.from(last.name).toString('base64')]);
  }
  return xmlResponse([
    'ListAllMyBucketsResult',
    [
      ownerXml(),
      [
        'Buckets',
        page.map(
          ({ name, createdMs }): Xml => [
            'Bucket',
            [
              ['Name', name],
              ['CreationDate', new Date(createdMs).toISOString()],
              // Only a paginated answer says the region.
              ...(query.has('max-buckets') || region !== null
                ? [['BucketRegion', store.location(name)] as const]
                : []),
            ],
          ],
        ),
      ],
      ...more,
    ],
  ]);
}

function parseMaxBuckets(text: string | null): number {
  if (text === null) return 10_000;
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 10_000) return Number(text);
  throw invalid('max-buckets', text, 'Argument max-buckets must be an integer between 1 and 10000');
}

function parseToken(token: string | null): string {
  const name = Buffer.from(token ?? '', 'base64').toString();
  if (token === null || Buffer.from(name).toString('base64') === token) return name;
  throw invalid('continuation-token', token, 'The continuation token provided is incorrect');
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
export function createBucket({ http, store, bucket }: S3Request): HttpResponse {
  if (http.headers['x-amz-bucket-object-lock-enabled']?.toLowerCase() === 'true') {
    throw new S3Error(
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
      { Header: 'x-amz-bucket-object-lock-enabled' },
    );
  }
  const isConfigured = http.body.length > 0;
  const configuration = isConfigured ? parseXml(http.body, 'CreateBucketConfiguration') : {};
  const location = configuration.LocationConstraint;
  if (location !== undefined && textOf(location) === undefined) throw malformed();
  // `EU` is the old name of the oldest region there.
  const region = textOf(location)?.trim() === 'EU' ? 'eu-west-1' : textOf(location)?.trim();
  if (region !== undefined && region !== '' && !/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)) {
    throw new S3Error('InvalidLocationConstraint', 'The specified location-constraint is not valid', {
      LocationConstraint: region,
    });
  }
  store.create(bucket, region === '' ? undefined : region);
  return { status: 200, headers: { location: `/${bucket}` }, body: '' };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html */
export function deleteBucket({ store, bucket }: S3Request): HttpResponse {
  store.remove(bucket);
  return { status: 204, headers: {}, body: '' };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
export function headBucket({ store, bucket }: S3Request): HttpResponse {
  const headers = {
    'content-type': 'application/xml',
    'x-amz-bucket-region': store.location(bucket),
    'x-amz-access-point-alias': 'false',
  };
  return { status: 200, headers, body: '' };
}

/** us-east-1 is the empty constraint. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
export function getBucketLocation({ store, bucket }: S3Request): HttpResponse {
  const location = store.location(bucket);
  return xmlResponse(['LocationConstraint', location === 'us-east-1' ? '' : location]);
}

/** Versioning was never turned on, which is an empty answer. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html */
export function getBucketVersioning({ store, bucket }: S3Request): HttpResponse {
  store.bucket(bucket);
  return xmlResponse(['VersioningConfiguration', []]);
}
