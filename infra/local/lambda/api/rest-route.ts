import { type AwsError, errorBody } from '../../aws-json/aws-error.ts';
import type { HttpRequest, HttpResponse } from '../../http/http.ts';
import type { LambdaContext } from './lambda-context.ts';

/** One operation of the API: its name, where it is found, and what it does. */
export interface Route {
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path segments without slashes at the ends; each `{name}` takes one segment, decoded. */
  readonly path: string;
  readonly answer: (
    context: LambdaContext,
    request: HttpRequest,
    parameter: string,
    second: string,
  ) => HttpResponse | Promise<HttpResponse>;
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

/** Finds the route of a request, and the values of its parameters. */
export function routeOf(
  routes: readonly Route[],
  { method, path }: HttpRequest,
): { readonly route: Route; readonly parameters: readonly string[] } | null {
  const segments = path.split('/').filter((segment) => segment !== '');
  for (const route of routes) {
    const expected = route.path.split('/');
    if (route.method !== method || expected.length !== segments.length) continue;
    const isParameter = (index: number) => expected[index]?.startsWith('{') ?? false;
    if (segments.some((segment, index) => !isParameter(index) && segment !== expected[index])) continue;
    return { route, parameters: segments.filter((_, index) => isParameter(index)).map(decoded) };
  }
  return null;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
