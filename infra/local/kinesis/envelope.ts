import { randomBytes } from 'node:crypto';
import type { HttpRequest, HttpResponse } from '../http/http.ts';
import { cborFromJson, jsonFromCbor } from './cbor.ts';
import { corsHeaders, preflight } from './cors.ts';

/**
 * What surrounds an operation on the wire: method, content type, target, body and signature, judged in the order in which
 * Kinesis does it. Signatures are asked for, not verified: there is nothing to protect from a program of this machine.
 */
export interface Call {
  readonly operation: string;
  readonly body: unknown;
}

const JSON_TYPE = 'application/x-amz-json-1.1';
const CBOR_TYPE = 'application/x-amz-cbor-1.1';
const PLAIN_JSON_TYPE = 'application/json';
const SERVICE = 'Kinesis_20131202';

export function openEnvelope(
  request: HttpRequest,
  isOperation: (name: string) => boolean,
): Call | HttpResponse {
  if (request.method !== 'POST') return preflight(request) ?? accessDenied(request);
  const contentType = contentTypeOf(request);
  const [service = '', operation = ''] = (request.headers['x-amz-target'] ?? '').split('.');
  const isKnown = service === SERVICE && isOperation(operation);
  if (request.body.length === 0) {
    const type = isKnown ? 'SerializationException' : 'UnknownOperationException';
    if (contentType === JSON_TYPE) return refusal(request, { __type: type });
    return respond(request, 400, cborFromJson(JSON.stringify({ __type: type })), CBOR_TYPE);
  }
  if (![JSON_TYPE, CBOR_TYPE, PLAIN_JSON_TYPE].includes(contentType)) {
    if (service === '' || operation === '') return accessDenied(request);
    return xml(request, 404, '<UnknownOperationException/>\n');
  }
  const body = contentType === CBOR_TYPE ? jsonFromCbor(request.body) : parse(request.body);
  if (contentType === PLAIN_JSON_TYPE) {
    const type = body === null ? 'SerializationException' : 'UnknownOperationException';
    const output = { Output: { __type: `com.amazon.coral.service#${type}` }, Version: '1.0' };
    return respond(request, body === null ? 400 : 404, JSON.stringify(output), PLAIN_JSON_TYPE);
  }
  if (body === null) return refusal(request, { __type: 'SerializationException' });
  if (!isKnown) return refusal(request, { __type: 'UnknownOperationException' });
  const fault = signatureFault(request);
  return fault === null ? { operation, body } : refusal(request, fault);
}

/** The JSON object or array of the body, null when it is none. */
function parse(bytes: Buffer): object | null {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function signatureFault(request: HttpRequest): { __type: string; message: string } | null {
  const { authorization } = request.headers;
  const isInQuery = request.query.has('X-Amz-Algorithm');
  if (authorization !== undefined && isInQuery) {
    const message =
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
    return { __type: 'InvalidSignatureException', message };
  }
  if (authorization === undefined && !isInQuery) {
    return { __type: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' };
  }
  const missing =
    authorization === undefined ? missingInQuery(request) : missingInHeader(request, authorization);
  return missing === '' ? null : { __type: 'IncompleteSignatureException', message: missing };
}

function missingInHeader(request: HttpRequest, authorization: string): string {
  const given = new Set(
    authorization
      .split(/[, ]+/)
      .slice(1)
      .filter((part) => /=./.test(part))
      .map((part) => part.split('=')[0]),
  );
  let message = '';
  for (const name of ['Credential', 'Signature', 'SignedHeaders']) {
    if (!given.has(name)) message += `Authorization header requires '${name}' parameter. `;
  }
  if (request.headers['x-amz-date'] === undefined && request.headers.date === undefined) {
    message += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  return message === '' ? '' : `${message}Authorization=${authorization}`;
}

function missingInQuery(request: HttpRequest): string {
  let message = '';
  for (const name of ['Algorithm', 'Credential', 'Signature', 'SignedHeaders', 'Date']) {
    if (!request.query.get(`X-Amz-${name}`)) {
      message += `AWS query-string parameters must include 'X-Amz-${name}'. `;
    }
  }
  return message === '' ? '' : `${message}Re-examine the query-string parameters.`;
}

function accessDenied(request: HttpRequest): HttpResponse {
  return xml(
    request,
    403,
    '<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n',
  );
}

function contentTypeOf(request: HttpRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
}

export function speaksCbor(request: HttpRequest): boolean {
  return contentTypeOf(request) === CBOR_TYPE;
}

/** `json` is JSON's text, empty for operations that answer nothing; who asked in CBOR is answered in it. */
export function answerWith(request: HttpRequest, json: string, status = 200): HttpResponse {
  if (!speaksCbor(request)) return respond(request, status, json, JSON_TYPE);
  return respond(request, status, json === '' ? '' : cborFromJson(json), CBOR_TYPE);
}

export function refusal(request: HttpRequest, error: object, status = 400): HttpResponse {
  return answerWith(request, JSON.stringify(error), status);
}

function xml(request: HttpRequest, status: number, body: string): HttpResponse {
  return { status, headers: idHeaders(request), body };
}

function respond(
  request: HttpRequest,
  status: number,
  body: string | Buffer,
  contentType: string,
): HttpResponse {
  return { status, headers: { ...idHeaders(request), 'content-type': contentType }, body };
}

function idHeaders(request: HttpRequest): Record<string, string> {
  return {
    'x-amzn-requestid': request.requestId,
    'x-amz-id-2': randomBytes(72).toString('base64'),
    ...corsHeaders(request),
  };
}
