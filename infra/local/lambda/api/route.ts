import { type AwsError, errorBody } from '../../aws-json/aws-error.ts';
import type { HttpRequest, HttpResponse } from '../../http/http.ts';
import type { EventSourceMappings } from '../event-source-mappings.ts';
import type { AsyncInvocations } from '../functions/async-invocations.ts';
import type { FunctionPool } from '../functions/function-pool.ts';

/** What the operations work on. */
export interface LambdaApi {
  readonly pool: FunctionPool;
  readonly mappings: EventSourceMappings;
  /** Of events that nobody waits for. */
  readonly queue: AsyncInvocations;
}

/** One operation of the API: its name, where it is found, and what it does. */
export interface Route {
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path segments without slashes at the ends; `{name}` takes one segment, decoded. */
  readonly path: string;
  readonly answer: (
    api: LambdaApi,
    request: HttpRequest,
    parameter: string,
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
