import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer that AWS gives in place of what was asked for. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Hands every call on to an endpoint, or refuses it the way AWS would: for what the local runtime never says by itself. */
export interface FaultyEndpoint {
  readonly url: string;
  /** Null answers truly. */
  refuse(refusal: Refusal | null): void;
  close(): Promise<void>;
}

export async function openFaultyEndpoint(endpoint: string): Promise<FaultyEndpoint> {
  let refusal: Refusal | null = null;
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (refusal !== null) {
      incoming.resume();
      outgoing.writeHead(refusal.status, { 'content-type': 'application/xml', ...refusal.headers });
      outgoing.end(refusal.body);
      return;
    }
    const { method, headers, url } = incoming;
    const onward = request(new URL(url ?? '/', endpoint), { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    refuse: (next) => {
      refusal = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** S3's error body: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function s3Refusal(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers, body };
}
