import 'server-only';
import { BlockList, isIP } from 'node:net';

/** Addresses that only a machine of ours can have: what comes from one is handed on by a server in front. */
const OWN = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  OWN.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  OWN.addSubnet(network, bits, 'ipv6');
}

/**
 * Who asks, for bounds by client: the last address in `X-Forwarded-For`, where the connection's own is the last of all, that is
 * none of our own networks'. Each server in front adds the address that it sees; what stands before these the client may have
 * written itself. Where all are of our own networks it is the last. Of IPv6 it is the network: whoever has one address
 * has all of it.
 */
export function clientAddress(request: Request): string {
  const addresses = (request.headers.get('x-forwarded-for') ?? '').split(',').flatMap(addressIn);
  const client = addresses.findLast((each) => !OWN.check(each, familyOf(each))) ?? addresses.at(-1);
  if (client === undefined) return 'unknown';
  return familyOf(client) === 'ipv4' ? client : networkOf(client);
}

/** What `markAnswers` makes of the header: as if the page itself were one more server in front. */
export function forwardedFor(header: string | null, connection: string | undefined): string {
  return [header, connection].filter(Boolean).join(', ');
}

function addressIn(text: string): string[] {
  const bare = text.trim().replace(/^::ffff:(?=\d+\.)/i, '');
  // Some add the port.
  const address = bare.replace(/^([\d.]+):\d+$/, '$1').replace(/^\[(.*)\](?::\d+)?$/, '$1');
  return isIP(address) === 0 ? [] : [address];
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/** The first 64 bits of an IPv6 address. */
function networkOf(address: string): string {
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const [head = '', tail] = address.toLowerCase().replace(/%.*/, '').split('::');
  const before = groups(head);
  const after = groups(tail ?? '');
  const all = [
    ...before,
    ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'),
    ...after,
  ];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::`;
}
