import type { HttpResponse } from '../../http/http.ts';
import { receiveBody } from '../wire/request-body.ts';
import { S3Error } from '../wire/s3-error.ts';
import { BUCKET_TAGS, OBJECT_TAGS, parseTagging, parseTags, serializeTags, tagSetXml } from '../wire/tags.ts';
import { xmlResponse } from '../wire/xml.ts';
import { existingObject } from './objects.ts';
import type { S3Request } from './s3-request.ts';

const DONE: HttpResponse = { status: 204, headers: {}, body: '' };

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
export function getObjectTagging(request: S3Request): HttpResponse {
  const { headers } = existingObject(request);
  return xmlResponse(['Tagging', [tagSetXml(parseTags(headers['x-amz-tagging'] ?? '', OBJECT_TAGS))]]);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
export function putObjectTagging(request: S3Request): HttpResponse {
  existingObject(request);
  const tags = parseTagging(receiveBody(request.http).bytes, OBJECT_TAGS);
  request.store.bucket(request.bucket).describe(request.key, 'x-amz-tagging', serializeTags(tags));
  return { status: 200, headers: {}, body: '' };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html */
export function deleteObjectTagging(request: S3Request): HttpResponse {
  existingObject(request);
  request.store.bucket(request.bucket).describe(request.key, 'x-amz-tagging', '');
  return DONE;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html */
export function getBucketTagging({ store, bucket }: S3Request): HttpResponse {
  const tags = store.tags(bucket);
  if (tags === '') throw new S3Error('NoSuchTagSet', 'The TagSet does not exist', { BucketName: bucket });
  return xmlResponse(['Tagging', [tagSetXml(parseTags(tags, BUCKET_TAGS))]]);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html */
export function putBucketTagging({ http, store, bucket }: S3Request): HttpResponse {
  store.bucket(bucket);
  store.setTags(bucket, serializeTags(parseTagging(receiveBody(http).bytes, BUCKET_TAGS)));
  return DONE;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html */
export function deleteBucketTagging({ store, bucket }: S3Request): HttpResponse {
  store.bucket(bucket);
  store.setTags(bucket, '');
  return DONE;
}
