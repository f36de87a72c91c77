import type { HttpResponse } from '../http.ts';
import { compareKeys } from './key-order.ts';
import { encoderOf, parseCount } from './list-parameters.ts';
import { namedUpload } from './multipart-operations.ts';
import type { S3Request } from './s3-request.ts';
import { ownerXml, timeText, type Xml, xmlResponse } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export function listParts(request: S3Request): HttpResponse {
  const { http, store, bucket, key } = request;
  const upload = namedUpload(request);
  const maxParts = parseCount(http.query, 'max-parts');
  const marker = parseCount(http.query, 'part-number-marker', 0);
  const { encode, encodingXml } = encoderOf(http.query);
  const later = store.uploads.parts(bucket, upload.uploadId).filter((part) => part.number > marker);
  const page = later.slice(0, maxParts);
  const algorithm = upload.checksum?.algorithm.toUpperCase();
  return xmlResponse([
    'ListPartsResult',
    [
      ['Bucket', bucket],
      ['Key', encode(key)],
      ['UploadId', upload.uploadId],
      ownerXml('Initiator'),
      ownerXml(),
      ['StorageClass', upload.headers['x-amz-storage-class'] ?? 'STANDARD'],
      ['PartNumberMarker', marker],
      ['NextPartNumberMarker', page.at(-1)?.number ?? 0],
      ['MaxParts', maxParts],
      ...encodingXml,
      ['IsTruncated', maxParts > 0 && later.length > page.length],
      ...(algorithm === undefined ? [] : [['ChecksumAlgorithm', algorithm] as const]),
      ...(upload.checksum === null ? [] : [['ChecksumType', upload.checksum.type] as const]),
      ...page.map((part): Xml => {
        const checksum: Xml[] =
          algorithm === undefined || part.checksum === null ? [] : [[`Checksum${algorithm}`, part.checksum]];
        return [
          'Part',
          [
            ['PartNumber', part.number],
            ['LastModified', timeText(part.lastModifiedMs)],
            ['ETag', part.etag],
            ...checksum,
            ['Size', part.size],
          ],
        ];
      }),
    ],
  ]);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export function listMultipartUploads({ http, store, bucket }: S3Request): HttpResponse {
  store.bucket(bucket);
  const { query } = http;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const uploadIdMarker = query.get('upload-id-marker') ?? '';
  const maxUploads = parseCount(query, 'max-uploads');
  const { encode, encodingXml } = encoderOf(query);
  const isAfter = (key: string, uploadId: string) => {
    const order = compareKeys(key, keyMarker);
    return order > 0 || (order === 0 && uploadIdMarker !== '' && uploadId > uploadIdMarker);
  };
  const matching = store.uploads
    .list(bucket)
    .filter(({ key, uploadId }) => key.startsWith(prefix) && (keyMarker === '' || isAfter(key, uploadId)))
    .sort(
      (a, b) =>
        compareKeys(a.key, b.key) || a.initiatedMs - b.initiatedMs || (a.uploadId < b.uploadId ? -1 : 1),
    );
  const groups = new Set<string>();
  const uploads = matching.filter(({ key }) => {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (at !== -1) groups.add(key.slice(0, at + delimiter.length));
    return at === -1;
  });
  const page = uploads.slice(0, maxUploads);
  const last = page.at(-1);
  const isTruncated = maxUploads > 0 && uploads.length > page.length;
  return xmlResponse([
    'ListMultipartUploadsResult',
    [
      ['Bucket', bucket],
      ['KeyMarker', encode(keyMarker)],
      ['UploadIdMarker', uploadIdMarker],
      ...(isTruncated && last !== undefined
        ? ([
            ['NextKeyMarker', encode(last.key)],
            ['NextUploadIdMarker', last.uploadId],
          ] as const)
        : []),
      ...(query.has('prefix') ? [['Prefix', encode(prefix)] as const] : []),
      ...(delimiter === '' ? [] : [['Delimiter', encode(delimiter)] as const]),
      ['MaxUploads', maxUploads],
      ...encodingXml,
      ['IsTruncated', isTruncated],
      ...page.map((upload): Xml => {
        const checksum: Xml[] =
          upload.checksum === null
            ? []
            : [
                ['ChecksumAlgorithm', upload.checksum.algorithm.toUpperCase()],
                ['ChecksumType', upload.checksum.type],
              ];
        return [
          'Upload',
          [
            ['Key', encode(upload.key)],
            ['UploadId', upload.uploadId],
            ownerXml('Initiator'),
            ownerXml(),
            ['StorageClass', upload.headers['x-amz-storage-class'] ?? 'STANDARD'],
            ['Initiated', timeText(upload.initiatedMs)],
            ...checksum,
          ],
        ];
      }),
      ...[...groups].map((name): Xml => ['CommonPrefixes', [['Prefix', encode(name)]]]),
    ],
  ]);
}
