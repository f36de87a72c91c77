import 'server-only';
import { z } from 'zod';
import { isLoopbackName } from './settings.ts';

/** Ends the process when it is open to others, however it was started: `next start` listens on every address unless it is told one. */
export function refuseOpenAddress(): void {
  const address = openAddress(process.env, listeningAddresses());
  if (address === null) return;
  console.error(
    [
      `The page would listen on ${address}, where others can reach it, and asks nobody for a password. It does not start.`,
      'Set DASHBOARD_PASSWORD (and DASHBOARD_WATCH_PASSWORD for those who may only watch), or let it listen on this machine',
      'alone (-H 127.0.0.1, or HOSTNAME=127.0.0.1 for server.js), or set DASHBOARD_OPEN=1 where something else asks.',
    ].join('\n'),
  );
  process.exit(1);
}

/** Where others reach what nobody is asked a password for; null when there is none, or they are meant to. */
export function openAddress(
  env: Readonly<Record<string, string | undefined>>,
  listening: readonly string[],
): string | null {
  const { DASHBOARD_PASSWORD, DASHBOARD_WATCH_PASSWORD, DASHBOARD_OPEN } = env;
  if (DASHBOARD_PASSWORD || DASHBOARD_WATCH_PASSWORD || DASHBOARD_OPEN === '1') return null;
  return listening.find((each) => !isLoopbackName(each)) ?? null;
}

/** Of this process's servers, from Node's own diagnostic report: Next.js tells nobody where it listens. */
function listeningAddresses(): string[] {
  const { libuv } = diagnosticReport.parse(process.report.getReport());
  return libuv.flatMap(({ type, localEndpoint, remoteEndpoint }) =>
    type === 'tcp' && remoteEndpoint === null ? (localEndpoint?.ip4 ?? localEndpoint?.ip6 ?? []) : [],
  );
}

const diagnosticReport = z.object({
  libuv: z.array(
    z.object({
      type: z.string(),
      localEndpoint: z.object({ ip4: z.string().optional(), ip6: z.string().optional() }).nullish(),
      remoteEndpoint: z.unknown().optional(),
    }),
  ),
});
