import type { HttpResponse } from '../../http/http.ts';
import type { Xml } from '../../http/xml-text.ts';
import type { ObjectMetadata, ObjectPart } from '../storage/object-metadata.ts';
import { checksumIn, checksumXml } from '../wire/checksum-headers.ts';
import { parseCount } from '../wire/list-parameters.ts';
import { invalidArgument } from '../wire/s3-error.ts';
import { xmlResponse } from '../wire/xml.ts';
import { existingObject } from './objects.ts';
import type { S3Request } from './s3-request.ts';

const ATTRIBUTES: Readonly<Record<string, (object: ObjectMetadata, request: S3Request) => readonly Xml[]>> = {
  ETag: (object) => [['ETag', object.etag.replaceAll('"', '')]],
  Checksum: (object) => {
    // Without the number of parts that follows a composite everywhere else.
    const checksum = checksumXml(object.headers).map(
      ([name, value]): Xml => [name, String(value).split('-')[0] ?? ''],
    );
    return checksum.length === 0 ? [] : [['Checksum', checksum]];
  },
  ObjectParts: (object, { http }) =>
    object.upload === undefined ? [] : [partsXml(object, object.upload.parts, http.headers)],
  StorageClass: (object) => [['StorageClass', object.headers['x-amz-storage-class'] ?? 'STANDARD']],
  ObjectSize: (object) => [['ObjectSize', object.size]],
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
export function getObjectAttributes(request: S3Request): HttpResponse {
  const object = existingObject(request);
  const names = (request.http.headers['x-amz-object-attributes'] ?? '').split(',').map((name) => name.trim());
  const unknown = names.find((name) => ATTRIBUTES[name] === undefined);
  if (unknown !== undefined) {
    throw invalidArgument('x-amz-object-attributes', unknown, 'Invalid attribute name specified.');
  }
  const elements = Object.entries(ATTRIBUTES).flatMap(([name, toXml]) =>
    names.includes(name) ? toXml(object, request) : [],
  );
  const answer = xmlResponse(['GetObjectAttributesResponse', elements]);
  const modified = new Date(object.lastModifiedMs).toUTCString();
  return { ...answer, headers: { ...answer.headers, 'last-modified': modified } };
}

function partsXml(
  { headers }: ObjectMetadata,
  parts: readonly ObjectPart[],
  asked: Readonly<Record<string, string>>,
): Xml {
  // Only parts whose checksums make the object's are listed; others are just counted.
  if (checksumIn(headers)?.type !== 'COMPOSITE') return ['ObjectParts', [['PartsCount', parts.length]]];
  const counts = new URLSearchParams({
    'max-parts': asked['x-amz-max-parts'] ?? '',
    'part-number-marker': asked['x-amz-part-number-marker'] ?? '',
  });
  const maxParts = parseCount(counts, 'max-parts');
  const marker = parseCount(counts, 'part-number-marker', 0);
  const later = parts.filter((part) => part.number > marker);
  const page = later.slice(0, maxParts);
  const algorithm = checksumIn(headers)?.algorithm.toUpperCase() ?? '';
  return [
    'ObjectParts',
    [
      ['PartsCount', parts.length],
      ['PartNumberMarker', marker],
      ['NextPartNumberMarker', page.at(-1)?.number ?? 0],
      ['MaxParts', maxParts],
      ['IsTruncated', later.length > page.length],
      ...page.map(({ number, size, checksum }): Xml => {
        const elements: Xml[] = [
          ['PartNumber', number],
          ['Size', size],
        ];
        if (checksum !== null) elements.push([`Checksum${algorithm}`, checksum]);
        return ['Part', elements];
      }),
    ],
  ];
}
