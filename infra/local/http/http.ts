/**
 * What the gateway hands to a service and what it gets back. HTTP/1.1 and cleartext HTTP/2 look the same from here on.
 */
export interface HttpRequest {
  readonly method: string;
  /** As it came on the wire, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; a repeated header is joined with ", ". HTTP/2's `:authority` arrives as `host`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Also sent back by the gateway as `x-amzn-requestid` / `x-amz-request-id`. */
  readonly requestId: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
  /** What follows the body, as it comes; the signal is aborted when nobody listens any more. */
  readonly stream?: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

export type HttpService = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;
