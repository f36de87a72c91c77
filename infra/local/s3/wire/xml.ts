import { XMLParser } from 'fast-xml-parser';
import type { HttpResponse } from '../../http/http.ts';
import { XML_DECLARATION, type Xml, xmlText } from '../../http/xml-text.ts';
import { S3Error } from './s3-error.ts';

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
  const text = xmlText(content);
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: `${XML_DECLARATION}<${name} xmlns="${NAMESPACE}"${text === '' ? '/>' : `>${text}</${name}>`}`,
  };
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
