import { XMLParser } from 'fast-xml-parser';
import type { HttpResponse } from '../http.ts';
import { S3Error } from './s3-error.ts';

/** An element: its name and what is in it. */
export type Xml = readonly [name: string, content: string | number | boolean | readonly Xml[]];

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export function xmlResponse(root: Xml, status = 200): HttpResponse {
  const [name, content] = root;
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="${NAMESPACE}">${inner(content)}</${name}>`,
  };
}

/** `requestId` and `resource` are in every error. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function errorXml(error: S3Error, resource: string, requestId: string): string {
  const elements: Xml[] = [
    ['Code', error.code],
    ['Message', error.message],
    ...Object.entries(error.details),
    ['Resource', resource],
    ['RequestId', requestId],
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner(elements)}</Error>`;
}

function inner(content: Xml[1]): string {
  if (typeof content !== 'object') return escapeText(String(content));
  return content.map(([name, each]) => `<${name}>${inner(each)}</${name}>`).join('');
}

function escapeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 can only hold them as references, as S3 writes them
  return text.replace(/[&<>"\u0000-\u0008\u000b-\u001f\r]/g, (character) =>
    character === '&'
      ? '&amp;'
      : character === '<'
        ? '&lt;'
        : character === '>'
          ? '&gt;'
          : character === '"'
            ? '&quot;'
            : `&#x${character.charCodeAt(0).toString(16)};`,
  );
}

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  isArray: (name) => name === 'Object' || name === 'Part',
  numberParseOptions: { hex: false, leadingZeros: false, skipLike: /.*/ },
});

export type XmlFields = Readonly<Record<string, unknown>>;

/** Throws S3Error MalformedXML when there is no such root element. */
export function parseXml(body: Buffer, root: string): XmlFields {
  let value: unknown;
  try {
    value = parser.parse(body.toString('utf8'), true);
  } catch {
    throw malformed();
  }
  const content = isFields(value) ? value[root] : undefined;
  if (content === '') return {};
  if (!isFields(content)) throw malformed();
  return content;
}

export function isFields(value: unknown): value is XmlFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function malformed(): S3Error {
  return new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
