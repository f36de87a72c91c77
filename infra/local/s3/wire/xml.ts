import { XMLParser } from 'fast-xml-parser';
import type { HttpResponse } from '../../http/http.ts';
import { S3Error } from './s3-error.ts';

/** An element: its name, what is in it, and its attributes as they are written. */
export type Xml = readonly [
  name: string,
  content: string | number | boolean | readonly Xml[],
  attributes?: string,
];

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** There is one account; everything is its. Only who began an upload has a name too. */
const OWNER_ID = '0'.repeat(64);

export function ownerXml(): Xml {
  return ['Owner', [['ID', OWNER_ID]]];
}

export function initiatorXml(): Xml {
  return [
    'Initiator',
    [
      ['ID', OWNER_ID],
      ['DisplayName', 'local'],
    ],
  ];
}

/** S3's times have whole seconds. */
export function timeText(timeMs: number): string {
  return new Date(Math.floor(timeMs / 1000) * 1000).toISOString();
}

export function xmlResponse(root: Xml, headers: HttpResponse['headers'] = {}): HttpResponse {
  const [name, content] = root;
  const text = inner(content);
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: `${DECLARATION}<${name} xmlns="${NAMESPACE}"${text === '' ? '/>' : `>${text}</${name}>`}`,
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function errorXml(error: S3Error, requestId: string, hostId: string): string {
  const elements: Xml[] = [
    ['Code', error.code],
    ['Message', error.message],
    ...Object.entries(error.details),
    ['RequestId', requestId],
    ['HostId', hostId],
  ];
  return `${DECLARATION}<Error>${inner(elements)}</Error>`;
}

function inner(content: Xml[1]): string {
  if (typeof content !== 'object') return escapeText(String(content));
  return content
    .map(([name, each, attributes]) => {
      const start = attributes === undefined ? name : `${name} ${attributes}`;
      return `<${start}>${inner(each)}</${name}>`;
    })
    .join('');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xd;', // else a parser makes a line feed of it
};

/**
 * What no XML can hold, not even as a reference (https://www.w3.org/TR/xml/#charsets), is written as `encoding-type=url`
 * writes it, and that alone: parsers refuse the whole document otherwise.
 */
function escapeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, (character) => {
    return ESCAPES[character] ?? encodeURIComponent(character);
  });
}

const UNESCAPES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The five entities of XML and references to any character, control characters included, which keys may hold. */
function unescapeText(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return UNESCAPES[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw malformed();
      return String.fromCodePoint(code);
    },
  );
}

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  processEntities: false,
  trimValues: false,
  removeNSPrefix: true,
  isArray: (name) => name === 'Object' || name === 'Part' || name === 'Tag',
  tagValueProcessor: (_name, value) => unescapeText(value),
});

export type XmlFields = Readonly<Record<string, unknown>>;

/** Throws S3Error MalformedXML when it cannot be read or has another root element. */
export function parseXml(body: Buffer, root: string): XmlFields {
  const text = body.toString('utf8');
  let value: unknown;
  try {
    // Entities that a document defines itself are how small ones grow; S3 takes no document types either.
    value = /<!DOCTYPE/i.test(text) ? null : parser.parse(text, true);
  } catch {
    throw malformed();
  }
  const content = isFields(value) ? value[root] : undefined;
  if (typeof content === 'string' && content.trim() === '') return {};
  if (!isFields(content)) throw malformed();
  return content;
}

export function isFields(value: unknown): value is XmlFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of an element that is there once; null for one that is not. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function malformed(): S3Error {
  return new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
