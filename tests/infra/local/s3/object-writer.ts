import { writeSync } from 'node:fs';
import { systemClock } from '../../../../infra/local/clock.ts';
import { ObjectStore } from '../../../../infra/local/s3/storage/object-store.ts';

/**
 * A process to be killed: overwrites a few objects as fast as it can, each put with a number of its own in bytes and
 * metadata, and says the number of each that is stored. `object-writer.ts <data folder> <first number>`
 */
const [dataDir = '', first = '0'] = process.argv.slice(2);
const store = new ObjectStore({ dataDir, clock: systemClock, region: 'us-east-1' });
store.ensureBucket('bucket');
for (let n = Number(first); ; n += 1) {
  const key = `folder/${n % 5}`;
  const size = n % 3 === 0 ? 1_000_000 : 10;
  store.bucket('bucket').put(key, Buffer.alloc(size, `${n};`), { 'x-amz-meta-n': String(n) }, n);
  if (n % 7 === 0) store.bucket('bucket').delete(key);
  writeSync(1, `${n}\n`);
}
