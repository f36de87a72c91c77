import type { HttpRequest, HttpResponse, HttpService } from '../http.ts';
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  notImplemented,
} from './bucket-operations.ts';
import { listObjects, listObjectsV2 } from './list-operations.ts';
import {
  copyObject,
  deleteObject,
  deleteObjects,
  getObject,
  headObject,
  putObject,
} from './object-operations.ts';
import type { ObjectStore } from './object-store.ts';
import { S3Error } from './s3-error.ts';
import { readS3Request, type S3Request } from './s3-request.ts';
import { errorXml } from './xml.ts';

type Operation = (request: S3Request) => HttpResponse;

/** S3's REST API, path style. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html */
export function createS3Service({ objects }: { readonly objects: ObjectStore }): HttpService {
  return (http) => {
    try {
      const request = readS3Request(http, objects);
      return operationOf(request)(request);
    } catch (error) {
      if (error instanceof S3Error) return errorResponse(error, http);
      throw error;
    }
  };
}

/** Subresources tell operations of the same method apart; those that are not here are not implemented. */
const SUBRESOURCES = [
  'accelerate', 'acl', 'analytics', 'attributes', 'cors', 'encryption', 'intelligent-tiering', 'inventory', 'legal-hold',
  'lifecycle', 'logging', 'metrics', 'notification', 'object-lock', 'ownershipControls', 'partNumber', 'policy',
  'policyStatus', 'publicAccessBlock', 'replication', 'requestPayment', 'restore', 'retention', 'select', 'tagging',
  'torrent', 'uploadId', 'uploads', 'versionId', 'versions', 'website',
]; // biome-ignore format: a list to look a word up in

const SERVICE: Readonly<Record<string, Operation>> = { GET: listBuckets };

const BUCKET: Readonly<Record<string, Operation>> = {
  GET: (request) => {
    const { query } = request.http;
    if (query.has('location')) return getBucketLocation(request);
    if (query.has('versioning')) return getBucketVersioning(request);
    return query.get('list-type') === '2' ? listObjectsV2(request) : listObjects(request);
  },
  HEAD: headBucket,
  PUT: (request) => (request.http.query.has('versioning') ? notImplemented(request) : createBucket(request)),
  DELETE: deleteBucket,
  POST: (request) => (request.http.query.has('delete') ? deleteObjects(request) : notImplemented(request)),
};

const OBJECT: Readonly<Record<string, Operation>> = {
  GET: getObject,
  HEAD: headObject,
  PUT: (request) =>
    request.http.headers['x-amz-copy-source'] === undefined ? putObject(request) : copyObject(request),
  DELETE: deleteObject,
};

function operationOf(request: S3Request): Operation {
  const { http, bucket, key } = request;
  if (bucket !== '' && SUBRESOURCES.some((name) => http.query.has(name))) return notImplemented;
  const operation = (bucket === '' ? SERVICE : key === '' ? BUCKET : OBJECT)[http.method];
  if (operation === undefined) {
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      Method: http.method,
    });
  }
  return operation;
}

function errorResponse(error: S3Error, http: HttpRequest): HttpResponse {
  if (error.status === 304) return { status: 304, headers: { etag: error.details.ETag ?? '' }, body: '' };
  // An answer to HEAD has no body; its status says what there is to say.
  const body = http.method === 'HEAD' ? '' : errorXml(error, http.path, http.requestId);
  return { status: error.status, headers: { 'content-type': 'application/xml' }, body };
}
