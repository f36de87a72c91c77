import { credentialScope } from '../http/credential-scope.ts';
import type { HttpRequest, HttpResponse, HttpService } from '../http/http.ts';
import { requestRegion } from '../http/region.ts';
import { errorXml } from '../http/xml-text.ts';
import { createBucket, getBucketLocation } from './operations/buckets.ts';
import { BUCKET, OBJECT, type Operation, SERVICE } from './operations/operation-table.ts';
import { readS3Request, type S3Request } from './operations/s3-request.ts';
import type { Objects } from './storage/object-buckets.ts';
import { checkPresigned } from './wire/presigned-url.ts';
import { notImplementedHeader, S3Error } from './wire/s3-error.ts';

export interface S3ServiceOptions {
  readonly objects: Objects;
  /** Whose buckets these are, for requests that name the owner they expect; left out, every expectation holds. */
  readonly accountId?: string;
}

/** S3's REST API, path style. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html */
export function createS3Service(options: S3ServiceOptions): HttpService {
  return (http) => {
    const response = answer(http, options);
    return {
      ...response,
      headers: { 'x-amz-id-2': hostIdOf(http), server: 'AmazonS3', ...response.headers },
    };
  };
}

function answer(http: HttpRequest, { objects, accountId }: S3ServiceOptions): HttpResponse {
  try {
    const request = readS3Request(http, objects);
    checkPresigned(http.query, objects.clock.now());
    checkOwner(http, accountId ?? null);
    const operation = operationOf(request);
    checkRegion(request, operation);
    return operation(request);
  } catch (error) {
    if (error instanceof S3Error) return errorResponse(error, http);
    throw error;
  }
}

/** Throws S3Error InvalidBucketOwnerAWSAccountID, AccessDenied. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html */
function checkOwner({ headers }: HttpRequest, accountId: string | null): void {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    const expected = headers[name];
    if (expected === undefined) continue;
    if (!/^\d{12}$/.test(expected)) {
      throw new S3Error(
        'InvalidBucketOwnerAWSAccountID',
        `The value of the expected bucket owner parameter must be an AWS Account ID... [${expected}]`,
      );
    }
    if (accountId !== null && expected !== accountId) throw new S3Error('AccessDenied', 'Access Denied');
  }
}

/**
 * A bucket is answered for in its own region; who asks for it in another one, by what the request is signed for, is told where
 * it is. A name is one bucket in all regions, so creating it again is refused elsewhere; where it is, us-east-1 tells too.
 * Throws S3Error NoSuchBucket, PermanentRedirect. https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
function checkRegion({ http, store, bucket }: S3Request, operation: Operation): void {
  if (bucket === '' || operation === createBucket || credentialScope(http) === null) return;
  const region = store.regionOf(bucket);
  const asked = requestRegion(http, region);
  if (asked === region || (operation === getBucketLocation && asked === 'us-east-1')) return;
  throw new S3Error(
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    { Endpoint: http.headers.host ?? 'localhost', Bucket: bucket, Region: region },
  );
}

/** Query parameters that make an operation another one; those without one in the tables below are not implemented. */
const SUBRESOURCES = [
  'accelerate', 'acl', 'analytics', 'attributes', 'cors', 'delete', 'encryption', 'intelligent-tiering', 'inventory',
  'legal-hold', 'lifecycle', 'location', 'logging', 'metrics', 'notification', 'object-lock', 'ownershipControls',
  'policy', 'policyStatus', 'publicAccessBlock', 'replication', 'requestPayment', 'restore', 'retention', 'select',
  'tagging', 'torrent', 'uploadId', 'uploads', 'versioning', 'versions', 'website',
]; // biome-ignore format: a list to look a word up in

function operationOf(request: S3Request): Operation {
  const { http, store, bucket, key } = request;
  const subresource = bucket === '' ? null : (SUBRESOURCES.find((name) => http.query.has(name)) ?? null);
  const name = subresource === null ? http.method : `${http.method} ${subresource}`;
  const entry = (bucket === '' ? SERVICE : key === '' ? BUCKET : OBJECT)[name];
  if (entry !== undefined) return entry.run;
  if (subresource !== null) {
    store.bucket(bucket);
    throw notImplementedHeader(subresource);
  }
  throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    Method: http.method,
    ResourceType: bucket === '' ? 'SERVICE' : key === '' ? 'BUCKET' : 'OBJECT',
  });
}

function errorResponse(error: S3Error, http: HttpRequest): HttpResponse {
  if (error.status === 304) {
    const { ETag = '', LastModified = '' } = error.details;
    return { status: 304, headers: { etag: ETag, 'last-modified': LastModified }, body: '' };
  }
  const { Region: region } = error.details;
  const regionHeader = region === undefined ? {} : { 'x-amz-bucket-region': region };
  // An answer to HEAD has no body; its status says what there is to say.
  const body = http.method === 'HEAD' ? '' : errorXml(error, http.requestId, hostIdOf(http));
  return { status: error.status, headers: { 'content-type': 'application/xml', ...regionHeader }, body };
}

/** The second id that S3 gives to every answer. */
function hostIdOf(http: HttpRequest): string {
  return Buffer.from(http.requestId).toString('base64');
}
