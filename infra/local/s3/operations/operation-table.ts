import type { HttpResponse } from '../../http/http.ts';
import { getAcl, putAcl } from './acl.ts';
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
} from './buckets.ts';
import { copyObject } from './copies.ts';
import { deleteObject, deleteObjects } from './deletes.ts';
import { getObjectAttributes } from './object-attributes.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './object-listings.ts';
import { getObject, headObject, putObject } from './objects.ts';
import type { S3Request } from './s3-request.ts';
import {
  deleteBucketTagging,
  deleteObjectTagging,
  getBucketTagging,
  getObjectTagging,
  putBucketTagging,
  putObjectTagging,
} from './tagging.ts';
import { completeMultipartUpload } from './upload-completion.ts';
import { listMultipartUploads, listParts } from './upload-listings.ts';
import { abortMultipartUpload, createMultipartUpload, uploadPart, uploadPartCopy } from './uploads.ts';

export type Operation = (request: S3Request) => HttpResponse;

/** What a method and a subresource ask for; `names`: AWS's, of the operations that it may be. */
interface Entry {
  readonly names: readonly string[];
  readonly run: Operation;
}

type Table = Readonly<Record<string, Entry>>;

function entry(run: Operation, ...names: readonly string[]): Entry {
  return { names, run };
}

function isCopy({ http }: S3Request): boolean {
  return http.headers['x-amz-copy-source'] !== undefined;
}

function isVersionTwo({ http }: S3Request): boolean {
  return http.query.get('list-type') === '2';
}

/** The operations on the service, on a bucket and on an object, by method and subresource. */
export const SERVICE: Table = { GET: entry(listBuckets, 'ListBuckets') };

export const BUCKET: Table = {
  GET: entry(
    (request) => (isVersionTwo(request) ? listObjectsV2(request) : listObjects(request)),
    'ListObjects',
    'ListObjectsV2',
  ),
  'GET acl': entry(getAcl, 'GetBucketAcl'),
  'GET location': entry(getBucketLocation, 'GetBucketLocation'),
  'GET tagging': entry(getBucketTagging, 'GetBucketTagging'),
  'GET uploads': entry(listMultipartUploads, 'ListMultipartUploads'),
  'GET versioning': entry(getBucketVersioning, 'GetBucketVersioning'),
  'GET versions': entry(listObjectVersions, 'ListObjectVersions'),
  HEAD: entry(headBucket, 'HeadBucket'),
  PUT: entry(createBucket, 'CreateBucket'),
  'PUT acl': entry(putAcl, 'PutBucketAcl'),
  'PUT tagging': entry(putBucketTagging, 'PutBucketTagging'),
  DELETE: entry(deleteBucket, 'DeleteBucket'),
  'DELETE tagging': entry(deleteBucketTagging, 'DeleteBucketTagging'),
  'POST delete': entry(deleteObjects, 'DeleteObjects'),
};

export const OBJECT: Table = {
  GET: entry(getObject, 'GetObject'),
  'GET acl': entry(getAcl, 'GetObjectAcl'),
  'GET attributes': entry(getObjectAttributes, 'GetObjectAttributes'),
  'GET tagging': entry(getObjectTagging, 'GetObjectTagging'),
  'GET uploadId': entry(listParts, 'ListParts'),
  HEAD: entry(headObject, 'HeadObject'),
  PUT: entry(
    (request) => (isCopy(request) ? copyObject(request) : putObject(request)),
    'CopyObject',
    'PutObject',
  ),
  'PUT acl': entry(putAcl, 'PutObjectAcl'),
  'PUT tagging': entry(putObjectTagging, 'PutObjectTagging'),
  'PUT uploadId': entry(
    (request) => (isCopy(request) ? uploadPartCopy(request) : uploadPart(request)),
    'UploadPart',
    'UploadPartCopy',
  ),
  'POST uploads': entry(createMultipartUpload, 'CreateMultipartUpload'),
  'POST uploadId': entry(completeMultipartUpload, 'CompleteMultipartUpload'),
  DELETE: entry(deleteObject, 'DeleteObject'),
  'DELETE tagging': entry(deleteObjectTagging, 'DeleteObjectTagging'),
  'DELETE uploadId': entry(abortMultipartUpload, 'AbortMultipartUpload'),
};
