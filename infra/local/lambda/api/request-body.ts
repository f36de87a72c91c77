import { isStructure, wrongType } from '../../aws-json/json-reader.ts';
import type { HttpRequest } from '../../http/http.ts';
import { parsedJson } from './json-text.ts';

/** The JSON object in a request; no body is an empty one. Throws LambdaError InvalidRequestContentException. */
export function bodyOf(request: HttpRequest): Readonly<Record<string, unknown>> {
  if (request.body.length === 0) return {};
  const body = parsedJson(request.body);
  if (!isStructure(body)) throw wrongType(body, 'a Structure');
  return body;
}
