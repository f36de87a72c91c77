import type { HttpResponse } from '../http.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { parseXml, type Xml, xmlResponse } from './xml.ts';

const OWNER: Xml = [
  'Owner',
  [
    ['ID', '0000000000000000000000000000000000000000000000000000000000000000'],
    ['DisplayName', 'local'],
  ],
];

export function listBuckets({ http, store }: S3Request): HttpResponse {
  const prefix = http.query.get('prefix') ?? '';
  const buckets = store.buckets().filter(({ name }) => name.startsWith(prefix));
  return xmlResponse([
    'ListAllMyBucketsResult',
    [
      OWNER,
      [
        'Buckets',
        buckets.map(
          ({ name, createdMs }): Xml => [
            'Bucket',
            [
              ['Name', name],
              ['CreationDate', new Date(createdMs).toISOString()],
            ],
          ],
        ),
      ],
    ],
  ]);
}

export function createBucket({ http, store, bucket }: S3Request): HttpResponse {
  if (http.body.length > 0) parseXml(http.body, 'CreateBucketConfiguration');
  store.create(bucket);
  return { status: 200, headers: { location: `/${bucket}` }, body: '' };
}

export function deleteBucket({ store, bucket }: S3Request): HttpResponse {
  store.remove(bucket);
  return { status: 204, headers: {}, body: '' };
}

export function headBucket({ store, bucket }: S3Request): HttpResponse {
  store.bucket(bucket);
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', 'x-amz-bucket-region': store.region },
    body: '',
  };
}

export function getBucketLocation({ store, bucket }: S3Request): HttpResponse {
  store.bucket(bucket);
  // us-east-1 is the empty constraint. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
  return xmlResponse(['LocationConstraint', store.region === 'us-east-1' ? '' : store.region]);
}

export function getBucketVersioning({ store, bucket }: S3Request): HttpResponse {
  store.bucket(bucket);
  return xmlResponse(['VersioningConfiguration', []]);
}

export function notImplemented({ store, bucket, http }: S3Request): HttpResponse {
  if (bucket !== '') store.bucket(bucket);
  throw new S3Error('NotImplemented', 'A header you provided implies functionality that is not implemented', {
    Resource: http.path,
  });
}
