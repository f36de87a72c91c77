/** An element: its name, what is in it, and its attributes as they are written. */
export type Xml = readonly [
  name: string,
  content: string | number | boolean | readonly Xml[],
  attributes?: string,
];

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** What S3's errors tell. */
export interface XmlError {
  readonly code: string;
  readonly message: string;
  /** Further elements, such as `BucketName` or `Key`. */
  readonly details?: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function errorXml(error: XmlError, requestId: string, hostId: string): string {
  const elements: Xml[] = [
    ['Code', error.code],
    ['Message', error.message],
    ...Object.entries(error.details ?? {}),
    ['RequestId', requestId],
    ['HostId', hostId],
  ];
  return `${XML_DECLARATION}<Error>${xmlText(elements)}</Error>`;
}

/** What is in an element, as it is written. */
export function xmlText(content: Xml[1]): string {
  if (typeof content !== 'object') return escapeText(String(content));
  return content
    .map(([name, each, attributes]) => {
      const start = attributes === undefined ? name : `${name} ${attributes}`;
      return `<${start}>${xmlText(each)}</${name}>`;
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
