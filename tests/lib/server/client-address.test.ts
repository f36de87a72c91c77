import { expect, test } from 'vitest';
import { clientAddress, forwardedFor } from '../../../lib/server/client-address.ts';

const of = (header: string | null, connection?: string) =>
  clientAddress(
    new Request('http://localhost', { headers: { 'x-forwarded-for': forwardedFor(header, connection) } }),
  );

test.each([
  ['reached without a server in front', null, '203.0.113.7', '203.0.113.7'],
  ['and told another one by the client', '198.51.100.1, 127.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['behind a server on this machine', '203.0.113.7', '127.0.0.1', '203.0.113.7'],
  ['behind one elsewhere, told another one', '198.51.100.1, 203.0.113.7', '::ffff:10.1.2.3', '203.0.113.7'],
  ['behind two', '198.51.100.1, 203.0.113.7, 10.0.0.2', '172.31.0.1', '203.0.113.7'],
  ['that tell the port', '203.0.113.7:1234', '192.168.0.1', '203.0.113.7'],
  ['in a network of one’s own', '192.168.1.9', '192.168.1.5', '192.168.1.5'],
  ['on this machine', null, '::1', '0:0:0:0::'],
  ['by IPv6', null, '2001:DB8:0:12::7', '2001:db8:0:12::'],
  ['from the same network', '[2001:db8::12:1:2:3:4]:443', '::1', '2001:db8:0:12::'],
  ['by what is no address', 'unknown, <script>, 1.2.3', undefined, 'unknown'],
])('%s: %j over %j is %j', (_, header, connection, address) => {
  expect(of(header, connection)).toBe(address);
});
