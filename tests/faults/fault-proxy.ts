import http from 'node:http';

/**
 * What may become of a call: none: it is answered. fail: 500, nothing is done. slow-down: 503, as S3 words it, nothing is
 * done. hang: it is never looked at. reset: the connection is cut, and nothing is done. stall: it is carried out, and its
 * answer stops within the body. lose: it is carried out, and the connection is cut before the answer. fail-late: it is
 * carried out, and answered by 500 all the same.
 */
export type Fault = 'none' | 'fail-late' | (typeof FAULTS)[number];

export const FAULTS = ['fail', 'slow-down', 'hang', 'reset', 'stall', 'lose'] as const;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const SLOW_DOWN =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';

export type FaultProxy = Awaited<ReturnType<typeof openFaultProxy>>;

/** Before an endpoint, on real sockets; `choose` says what becomes of a call, by its method and path. */
export async function openFaultProxy(target: string) {
  let choose: (call: string) => Fault = () => 'none';
  const calls: string[] = [];
  const server = http.createServer((incoming, outgoing) => {
    const call = `${incoming.method} ${incoming.url}`;
    calls.push(call);
    const fault = choose(call);
    if (fault === 'hang') return;
    if (fault === 'reset') return void incoming.socket.destroy();
    if (fault === 'fail' || fault === 'slow-down') {
      incoming.resume();
      if (fault === 'fail') outgoing.writeHead(500).end();
      else outgoing.writeHead(503, { 'content-type': 'application/xml' }).end(SLOW_DOWN);
      return;
    }
    const onward = http.request(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const body = Buffer.concat(chunks);
          if (fault === 'lose') return void incoming.socket.destroy();
          if (fault === 'fail-late') return void outgoing.writeHead(500).end();
          const { 'transfer-encoding': _, ...headers } = answer.headers;
          const length = fault === 'stall' ? body.length + 100 : body.length;
          outgoing.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': length });
          outgoing.write(body);
          if (fault !== 'stall') outgoing.end();
        });
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Expected a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    /** As `GET /bucket/key`, in the order in which they came. */
    calls,
    choose: (by: (call: string) => Fault) => {
      choose = by;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
