import { type AwsError, errorBody } from '../../aws-json/aws-error.ts';
import type { HttpRequest, HttpResponse } from '../../http/http.ts';

/** One operation of the API: where it is found, and what it does. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path segments without slashes at the ends; `{name}` takes one segment, decoded. */
  readonly path: string;
  readonly answer: (request: HttpRequest, parameter: string) => HttpResponse | Promise<HttpResponse>;
}

export const json = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const NO_CONTENT: HttpResponse = { status: 204, headers: {}, body: '' };

/** Types whose message the API model spells with a capital letter. */
const CAPITALISED: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'ServiceException',
  'ResourceInUseException',
  'SerializationException',
  'AccessDeniedException',
  'UnknownOperationException',
]);

export const errorAnswer = (error: AwsError): HttpResponse =>
  json(error.status, errorBody(error, CAPITALISED), { 'x-amzn-errortype': error.type });

/** Finds the route of a request, and the value of its one parameter. */
export function routeOf(
  routes: readonly Route[],
  { method, path }: HttpRequest,
): { readonly route: Route; readonly parameter: string } | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  for (const route of routes) {
    const expected = route.path.split('/');
    if (route.method !== method || expected.length !== segments.length) continue;
    const at = expected.findIndex((segment) => segment.startsWith('{'));
    if (expected.some((segment, index) => index !== at && segment !== segments[index])) continue;
    return { route, parameter: decoded(segments[at] ?? '') };
  }
  return undefined;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
