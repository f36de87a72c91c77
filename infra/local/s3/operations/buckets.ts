import type { HttpResponse } from '../../http/http.ts';
import { isRegion, requestRegion } from '../../http/region.ts';
import type { Xml } from '../../http/xml-text.ts';
import { regionOfLocation } from '../storage/object-store.ts';
import { receiveBody } from '../wire/request-body.ts';
import { invalidArgument, notImplementedHeader, S3Error, wrongContinuationToken } from '../wire/s3-error.ts';
import { NEW_BUCKET_TAGS, parseTagSet, serializeTags } from '../wire/tags.ts';
import { malformed, ownerXml, parseXml, textOf, timeText, xmlResponse } from '../wire/xml.ts';
import type { S3Request } from './s3-request.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export function listBuckets({ http: { query }, store }: S3Request): HttpResponse {
  const prefix = query.get('prefix') ?? '';
  const maxBuckets = parseMaxBuckets(query.get('max-buckets'));
  const region = query.get('bucket-region');
  if (region !== null && !isRegion(region)) {
    throw invalidArgument('bucket-region', null, `Argument value ${region} is not a valid AWS Region`);
  }
  const isPaged = ['prefix', 'max-buckets', 'bucket-region', 'continuation-token'].some((name) =>
    query.has(name),
  );
  const after = parseToken(query.get('continuation-token'));
  const buckets = store
    .buckets()
    .filter(
      ({ name }) =>
        name.startsWith(prefix) && name > after && (region === null || store.regionOf(name) === region),
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
              ['CreationDate', timeText(createdMs)],
              // Only a paginated answer says the region.
              ...(isPaged ? [['BucketRegion', store.regionOf(name)] as const] : []),
              ['BucketArn', arnOf(name)],
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
  throw invalidArgument('max-buckets', text, 'Argument max-buckets must be an integer between 1 and 10000');
}

function parseToken(token: string | null): string {
  const name = Buffer.from(token ?? '', 'base64').toString();
  if (token === null || Buffer.from(name).toString('base64') === token) return name;
  throw wrongContinuationToken();
}

const OWNER_ENFORCED = 'BucketOwnerEnforced';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
export function createBucket({ http, store, bucket }: S3Request): HttpResponse {
  const { headers } = http;
  if (headers['x-amz-bucket-object-lock-enabled']?.toLowerCase() === 'true') {
    throw notImplementedHeader('x-amz-bucket-object-lock-enabled');
  }
  if ((headers['x-amz-object-ownership'] ?? OWNER_ENFORCED) !== OWNER_ENFORCED) {
    throw notImplementedHeader('x-amz-object-ownership');
  }
  if ((headers['x-amz-acl'] ?? 'private') !== 'private') {
    throw new S3Error(
      'InvalidBucketAclWithObjectOwnership',
      `Bucket cannot have ACLs set with ObjectOwnership's ${OWNER_ENFORCED} setting`,
    );
  }
  const { bytes } = receiveBody(http);
  const configuration = bytes.length > 0 ? parseXml(bytes, 'CreateBucketConfiguration') : {};
  const constraint = configuration.LocationConstraint;
  if (constraint !== undefined && textOf(constraint) === null) throw malformed();
  const endpoint = requestRegion(http, store.region);
  const location = locationFor(textOf(constraint)?.trim() ?? '', endpoint);
  const tags = serializeTags(parseTagSet(configuration.Tags, NEW_BUCKET_TAGS));
  // For clients that are older than the error, us-east-1 lets an owner create a bucket again, but not with tags.
  const isThere = store.exists(bucket) && location === 'us-east-1' && store.regionOf(bucket) === 'us-east-1';
  if (!isThere || tags !== '') {
    store.create(bucket, location, tags);
  }
  const url =
    location === 'us-east-1' ? `/${bucket}` : `http://${http.headers.host ?? 'localhost'}/${bucket}/`;
  return { status: 200, headers: { location: url, 'x-amz-bucket-arn': arnOf(bucket) }, body: '' };
}

/**
 * Where a bucket lies that is asked for at the endpoint of a region: that of us-east-1 makes it anywhere, another one only
 * in its own region, which must be named. Throws S3Error InvalidLocationConstraint, IllegalLocationConstraintException.
 */
function locationFor(constraint: string, endpoint: string): string {
  if (endpoint === 'us-east-1') {
    if (constraint === '') return endpoint;
    if (constraint !== endpoint && isRegion(regionOfLocation(constraint))) return constraint;
    throw new S3Error('InvalidLocationConstraint', 'The specified location-constraint is not valid', {
      LocationConstraint: constraint,
    });
  }
  if (regionOfLocation(constraint) === endpoint) return constraint;
  throw new S3Error(
    'IllegalLocationConstraintException',
    `The ${constraint || 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

function arnOf(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
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
    'x-amz-bucket-region': store.regionOf(bucket),
    'x-amz-bucket-arn': arnOf(bucket),
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
