import type { HttpResponse } from '../../http/http.ts';
import type { Xml } from '../../http/xml-text.ts';
import { commonPrefix } from '../storage/key-listing.ts';
import type { MultipartUpload } from '../storage/multipart-uploads.ts';
import { compareKeys } from '../storage/sorted-keys.ts';
import { encoderOf, parseCount } from '../wire/list-parameters.ts';
import { invalidArgument } from '../wire/s3-error.ts';
import { initiatorXml, ownerXml, timeText, xmlResponse } from '../wire/xml.ts';
import type { S3Request } from './s3-request.ts';
import { namedUpload } from './uploads.ts';

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
      initiatorXml(),
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
  const uploadIdMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '');
  const maxUploads = parseCount(query, 'max-uploads');
  const { encode, encodingXml } = encoderOf(query);
  const inOrder = store.uploads
    .list(bucket)
    .filter(({ key }) => key.startsWith(prefix))
    .sort(
      (a, b) =>
        compareKeys(a.key, b.key) || a.initiatedMs - b.initiatedMs || (a.uploadId < b.uploadId ? -1 : 1),
    );
  const later = inOrder.slice(firstAfter(inOrder, keyMarker, uploadIdMarker));
  const groupOf = ({ key }: MultipartUpload) => commonPrefix(key, prefix, delimiter);
  const passed = keyMarker.startsWith(prefix) ? commonPrefix(keyMarker, prefix, delimiter) : null;
  const groups = new Set<string>();
  const page: MultipartUpload[] = [];
  let isTruncated = false;
  for (const upload of later) {
    const group = groupOf(upload);
    if (group !== null && (group === passed || groups.has(group))) continue;
    isTruncated = page.length + groups.size === maxUploads;
    if (isTruncated) break;
    if (group === null) page.push(upload);
    else groups.add(group);
  }
  const last = page.at(-1);
  return xmlResponse([
    'ListMultipartUploadsResult',
    [
      ['Bucket', bucket],
      ['KeyMarker', encode(keyMarker)],
      ['UploadIdMarker', uploadIdMarker],
      ['NextKeyMarker', encode(last?.key ?? '')],
      ['NextUploadIdMarker', last?.uploadId ?? ''],
      ...(query.has('prefix') ? [['Prefix', encode(prefix)] as const] : []),
      ...(delimiter === '' ? [] : [['Delimiter', encode(delimiter)] as const]),
      ['MaxUploads', maxUploads],
      ...encodingXml,
      ['IsTruncated', isTruncated && maxUploads > 0],
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
            initiatorXml(),
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

/** Where the uploads begin that come after the markers: all of a key's, or those after one of them. Throws S3Error. */
function firstAfter(inOrder: readonly MultipartUpload[], keyMarker: string, uploadIdMarker: string): number {
  if (uploadIdMarker !== '') {
    const at = inOrder.findIndex(({ key, uploadId }) => key === keyMarker && uploadId === uploadIdMarker);
    if (at === -1) throw invalidArgument('upload-id-marker', uploadIdMarker, 'Invalid uploadId marker');
    return at + 1;
  }
  const at = keyMarker === '' ? 0 : inOrder.findIndex(({ key }) => compareKeys(key, keyMarker) > 0);
  return at === -1 ? inOrder.length : at;
}
