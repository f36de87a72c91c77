import { expect, test } from 'vitest';
import {
  FilterPatternError,
  recordFilter,
} from '../../../../../infra/local/lambda/event-source-mapping/record-filter.ts';
import { openMapping } from './virtual-mapping.ts';

const record = (data: string) => ({
  sequenceNumber: '12345',
  partitionKey: 'key',
  arrivalMs: 1_767_268_800_500,
  data: Buffer.from(data).toString('base64'),
});
const matches = (pattern: string, data: string) => recordFilter([pattern])(record(data));

test.each([
  ['{"data":{"type":["sale"]}}', '{"type":"sale","more":1}'],
  ['{"data":{"type":["refund","sale"]}}', '{"type":"sale"}'],
  ['{"data":{"n":[1]}}', '{"n":1}'],
  ['{"data":{"ok":[true],"gone":[null]}}', '{"ok":true,"gone":null}'],
  ['{"data":{"a":{"b":{"c":["d"]}}}}', '{"a":{"b":{"c":"d"}}}'],
  ['{"data":{"tags":["x"]}}', '{"tags":["w","x"]}'],
  ['{"data":{"type":[{"prefix":"sa"}]}}', '{"type":"sale"}'],
  ['{"data":{"type":[{"prefix":{"equals-ignore-case":"SA"}}]}}', '{"type":"sale"}'],
  ['{"data":{"file":[{"suffix":".png"}]}}', '{"file":"a.png"}'],
  ['{"data":{"type":[{"equals-ignore-case":"SALE"}]}}', '{"type":"sAlE"}'],
  ['{"data":{"type":[{"anything-but":"sale"}]}}', '{"type":"refund"}'],
  ['{"data":{"type":[{"anything-but":["sale","gift"]}]}}', '{"type":2}'],
  ['{"data":{"type":[{"anything-but":{"prefix":"sa"}}]}}', '{"type":"refund"}'],
  ['{"data":{"n":[{"numeric":["=",1.5]}]}}', '{"n":1.5}'],
  ['{"data":{"n":[{"numeric":[">",0,"<=",5]}]}}', '{"n":5}'],
  ['{"data":{"n":[{"exists":true}]}}', '{"n":null}'],
  ['{"data":{"n":[{"exists":false}]}}', '{}'],
  ['{"data":{"a":{"n":[{"exists":false}]}}}', '{"a":1}'],
  ['{"data":{"n":["",{"exists":false}]}}', '{"n":""}'],
  ['{"data":{"$or":[{"a":[1]},{"b":[2]}]}}', '{"b":2}'],
  ['{"data":{"a":{"$or":[{"x":[1]},{"y":{"z":[2]}}],"c":[3]}}}', '{"a":{"y":{"z":2},"c":3}}'],
  ['{"data":{"a":[null]}}', '{"a":null}'],
  ['{"data":{"a":[""]}}', '{"a":""}'],
  ['{"data":{"a":[1]}}', '{"a":1.0}'],
  ['{"data":{"a":[false]}}', '{"a":false}'],
  // exists is about leaves: an object, or a list without values, is none.
  ['{"data":{"a":[{"exists":false}]}}', '{"a":{"b":1}}'],
  ['{"data":{"a":[{"exists":false}]}}', '{"a":[]}'],
  ['{"data":{"a":[{"exists":false}]}}', '{"a":{}}'],
  ['{"data":{"a":[{"exists":true}]}}', '{"a":[{"b":1},2]}'],
  ['{"data":{"constructor":[{"exists":false}]}}', '{}'],
  // A path goes through lists of objects; one element has to match all that is asked below it.
  ['{"data":{"items":{"sku":["A"]}}}', '{"items":[{"sku":"A"}]}'],
  ['{"data":{"items":{"sku":["A"],"n":[2]}}}', '{"items":[{"sku":"B"},{"sku":"A","n":2}]}'],
  ['{"data":{"a":{"b":{"c":[1]}}}}', '{"a":[{"b":[{"c":0},{"c":[2,1]}]}]}'],
  ['{"data":{"a":[1]}}', '{"a":[[[1]]]}'],
  ['{"data":{"items":{"sku":[{"exists":false}],"n":[2]}}}', '{"items":[{"n":2}]}'],
  ['{"data":{"a":["x",{"exists":false}]}}', '{"b":1}'],
  // anything-but asks for a value that is there, of whatever type.
  ['{"data":{"a":[{"anything-but":"sale"}]}}', '{"a":5}'],
  ['{"data":{"a":[{"anything-but":"sale"}]}}', '{"a":null}'],
  ['{"data":{"a":[{"anything-but":[1,2]}]}}', '{"a":3}'],
  ['{"data":{"a":[{"anything-but":["x"]}]}}', '{"a":["x","y"]}'],
  ['{"data":{"a":[{"anything-but":{"prefix":["sa","re"]}}]}}', '{"a":"gift"}'],
  ['{"data":{"a":[{"anything-but":{"suffix":".png"}}]}}', '{"a":"a.jpg"}'],
  ['{"data":{"a":[{"anything-but":{"equals-ignore-case":["A","b"]}}]}}', '{"a":"c"}'],
  ['{"data":{"a":[{"anything-but":{"wildcard":"*/bin/*"}}]}}', '{"a":"/lib/x"}'],
  ['{"data":{"a":[{"suffix":{"equals-ignore-case":".PNG"}}]}}', '{"a":"x.png"}'],
  ['{"data":{"a":[{"wildcard":"Simple*Service"}]}}', '{"a":"Simple Queue Service"}'],
  ['{"data":{"a":[{"wildcard":"*"}]}}', '{"a":""}'],
  ['{"data":{"a":[{"wildcard":"a*b*c"}]}}', '{"a":"aXbbYc"}'],
  ['{"data":{"a":[{"wildcard":"2\\\\*3 \\\\\\\\ 1"}]}}', String.raw`{"a":"2*3 \\ 1"}`],
  ['{"data":{"a":[{"exactly":"x"}]}}', '{"a":"x"}'],
  ['{"data":{"a":[{"numeric":[">",-1,"<",1e3]}]}}', '{"a":0}'],
  ['{"data":{"a":[{"cidr":"10.0.0.0/24"}]}}', '{"a":"10.0.0.255"}'],
  ['{"data":{"a":[{"cidr":"2001:db8::/32"}]}}', '{"a":"2001:db8::1"}'],
  ['{"$or":[{"data":{"a":[1]}},{"partitionKey":["key"]}]}', '{"a":2}'],
  ['{"partitionKey":["key"]}', 'anything'],
  ['{"approximateArrivalTimestamp":[{"numeric":[">=",1767268800.5]}]}', ''],
])('%s matches %s', (pattern, data) => {
  expect(matches(pattern, data)).toBe(true);
});

test.each([
  ['{"data":{"type":["sale"]}}', '{"type":"refund"}'],
  ['{"data":{"type":["sale"]}}', '{}'],
  ['{"data":{"type":["sale"],"n":[1]}}', '{"type":"sale"}'],
  ['{"data":{"n":[1]}}', '{"n":"1"}'],
  ['{"data":{"n":[null]}}', '{}'],
  ['{"data":{"a":{"b":[1]}}}', '{"a":[{"c":1}]}'],
  ['{"data":{"type":[{"prefix":"sa"}]}}', '{"type":1}'],
  ['{"data":{"type":[{"prefix":"SA"}]}}', '{"type":"sale"}'],
  ['{"data":{"type":[{"anything-but":"sale"}]}}', '{}'],
  ['{"data":{"type":[{"anything-but":["sale"]}]}}', '{"type":"sale"}'],
  ['{"data":{"n":[{"numeric":[">",0,"<",5]}]}}', '{"n":5}'],
  ['{"data":{"n":[{"numeric":["=",1]}]}}', '{"n":"1"}'],
  ['{"data":{"n":[{"exists":false}]}}', '{"n":0}'],
  ['{"data":{"$or":[{"a":[1]},{"b":[2]}]}}', '{"a":2}'],
  ['{"data":{"a":[{"exists":true}]}}', '{"a":{"b":1}}'],
  ['{"data":{"a":[{"exists":true}]}}', '{"a":[]}'],
  ['{"data":{"constructor":[{"exists":true}]}}', '{}'],
  ['{"data":{"__proto__":[{"exists":true}]}}', '{}'],
  ['{"data":{"items":{"sku":["A"],"n":[2]}}}', '{"items":[{"sku":"A"},{"n":2}]}'],
  ['{"data":{"items":{"sku":[{"exists":false}]}}}', '{"items":[{"sku":"A"},{"n":2}]}'],
  ['{"data":{"a":[null]}}', '{"a":{}}'],
  ['{"data":{"a":["1"]}}', '{"a":1}'],
  ['{"data":{"a":[{"anything-but":"x"}]}}', '{"a":{"b":"y"}}'],
  ['{"data":{"a":[{"anything-but":["x"]}]}}', '{"a":["x"]}'],
  ['{"data":{"a":[{"anything-but":{"prefix":["sa","re"]}}]}}', '{"a":"refund"}'],
  ['{"data":{"a":[{"wildcard":"a*b"}]}}', '{"a":"ac"}'],
  ['{"data":{"a":[{"wildcard":"ab*ba"}]}}', '{"a":"aba"}'],
  ['{"data":{"a":[{"wildcard":"a*b"}]}}', '{"a":1}'],
  ['{"data":{"a":[{"cidr":"10.0.0.0/24"}]}}', '{"a":"10.0.1.0"}'],
  ['{"data":{"a":[{"cidr":"10.0.0.0/24"}]}}', '{"a":"text"}'],
  ['{"partitionKey":["other"]}', '{}'],
])('%s does not match %s', (pattern, data) => {
  expect(matches(pattern, data)).toBe(false);
});

test.each([
  ['data'],
  ['[]'],
  ['{}'],
  ['{"data":"sale"}'],
  ['{"data":{"type":"sale"}}'],
  ['{"data":{"type":[]}}'],
  ['{"data":{"type":[["sale"]]}}'],
  ['{"data":{"type":[{"begins":"sa"}]}}'],
  ['{"data":{"type":[{"prefix":1}]}}'],
  ['{"data":{"type":[{"prefix":"a","suffix":"b"}]}}'],
  ['{"data":{"type":[{"anything-but":{"numeric":["=",1]}}]}}'],
  ['{"data":{"n":[{"numeric":["!",1]}]}}'],
  ['{"data":{"n":[{"numeric":[">"]}]}}'],
  ['{"data":{"n":[{"exists":"no"}]}}'],
  ['{"data":{"$or":[]}}'],
  ['{"data":{"$or":[{"a":[1]}]}}'],
  ['{"data":{"$or":[{"a":[1]},{"prefix":["a"]}]}}'],
  ['{"data":{"$or":[{"a":[1]},{}]}}'],
  ['{"data":{}}'],
  ['{"data":{"a":[{}]}}'],
  ['{"data":{"a":[{"constructor":1}]}}'],
  ['{"data":{"a":[{"numeric":["constructor",1]}]}}'],
  ['{"data":{"a":[{"numeric":[]}]}}'],
  ['{"data":{"a":[{"numeric":["<",5,">",0]}]}}'],
  ['{"data":{"a":[{"numeric":[">",5,"<",0]}]}}'],
  ['{"data":{"a":[{"numeric":["=",1,"<",2]}]}}'],
  ['{"data":{"a":[{"numeric":[">","1"]}]}}'],
  ['{"data":{"a":[{"anything-but":["a",1]}]}}'],
  ['{"data":{"a":[{"anything-but":[]}]}}'],
  ['{"data":{"a":[{"anything-but":null}]}}'],
  ['{"data":{"a":[{"anything-but":[true]}]}}'],
  ['{"data":{"a":[{"anything-but":{"prefix":""}}]}}'],
  ['{"data":{"a":[{"wildcard":"a**b"}]}}'],
  ['{"data":{"a":[{"wildcard":"a\\\\b"}]}}'],
  ['{"data":{"a":[{"cidr":"10.0.0.0"}]}}'],
  ['{"data":{"a":[{"cidr":"10.0.0.0/33"}]}}'],
  ['{"data":{"a":[{"exists":true,"prefix":"a"}]}}'],
])('%s is no pattern', (pattern) => {
  expect(() => recordFilter([pattern])).toThrow(FilterPatternError);
  expect(() => recordFilter([pattern])).toThrow(pattern);
});

test.each([
  '{"data":{"n":[1]}}',
  '{"data":{"a":[{"exists":false}]}}',
  '{"data":{"a":{"b":[{"exists":false}]}}}',
  '{"partitionKey":["key"],"data":{"a":[{"exists":false}]}}',
  '{"$or":[{"data":{"a":[{"exists":false}]}},{"data":{"b":[{"exists":false}]}}]}',
])('data that is not JSON is not matched by %s, which asks for data', (pattern) => {
  expect(matches(pattern, 'text')).toBe(false);
});

test('data that is not JSON is matched by a pattern that does not ask for data', () => {
  expect(matches('{"partitionKey":["key"]}', 'text')).toBe(true);
});

test.each([
  `{"a":${'['.repeat(20_000)}1${']'.repeat(20_000)}}`,
  `{"a":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
  `{"a":[${'1,'.repeat(300_000)}1]}`,
])('data of any depth and length is matched: %.12s', (data) => {
  expect(matches('{"data":{"a":[1]}}', data)).toBe(!data.startsWith('{"a":{'));
  expect(matches('{"data":{"a":[{"exists":false}]}}', data)).toBe(data.startsWith('{"a":{'));
});

test('a mapping with filters sends what matches one of them, and passes over the rest', async () => {
  const mapping = await openMapping({
    settings: {
      TumblingWindowInSeconds: 0,
      BatchSize: 2,
      Enabled: false,
      FilterCriteria: {
        Filters: [{ Pattern: '{"data":[{"numeric":["<",3]}]}' }, { Pattern: '{"data":[9]}' }],
      },
    },
  });
  for (const digit of '5192837') mapping.putNow(digit, 1);
  await mapping.until(1);
  await mapping.update({ Enabled: true });
  await mapping.put('4', 2);
  await mapping.put('0', 3);
  await mapping.until(4);
  expect(mapping.lines()).toEqual(['1 batch 19', '1 batch 2', '3 batch 0']);
  mapping.kill();
  await mapping.start();
  await mapping.until(5);
  expect(mapping.lines()).toHaveLength(3);
});

const only = (pattern: string) => ({ Filters: [{ Pattern: pattern }] });

test('what was passed over is passed over for good: another filter, after a restart or not, does not see it', async () => {
  const mapping = await openMapping({
    settings: { TumblingWindowInSeconds: 0, BatchSize: 2, FilterCriteria: only('{"data":[1]}') },
  });
  for (const digit of '2132') mapping.putNow(digit, 1);
  await mapping.until(1);
  await mapping.put('2', 2);
  await mapping.until(3);
  expect(mapping.lines()).toEqual(['0 batch 1']);

  await mapping.update({ FilterCriteria: only('{"data":[2]}') });
  await mapping.until(4);
  mapping.kill();
  await mapping.start();
  await mapping.put('2', 5);
  await mapping.until(6);
  expect(mapping.lines(1)).toEqual(['5 batch 2']);
});

test('a position that nothing was sent for moves without an invocation', async () => {
  const mapping = await openMapping({
    settings: { TumblingWindowInSeconds: 0, FilterCriteria: only('{"data":[1]}') },
  });
  for (const digit of '2345') mapping.putNow(digit, 1);
  await mapping.until(2);
  const last = mapping.stream.shards[0]?.records.at(-1)?.sequenceNumber;
  expect((await mapping.mappings.status())[0]?.shards[0]?.position).toEqual({
    type: 'AFTER_SEQUENCE_NUMBER',
    sequenceNumber: last,
  });
  expect(mapping.calls).toEqual([]);
});

test('what lies before a batch that fails is passed over while it fails', async () => {
  let fails = true;
  const mapping = await openMapping({
    settings: { TumblingWindowInSeconds: 0, FilterCriteria: only('{"data":[1]}') },
    handler: () => {
      if (fails) throw new Error('no');
      return null;
    },
  });
  for (const digit of '212') mapping.putNow(digit, 1);
  await mapping.until(3);
  fails = false;
  const failed = mapping.calls.length;
  await mapping.update({ FilterCriteria: {} });
  await mapping.until(5);
  expect(mapping.lines(failed).map((line) => line.slice(line.indexOf(' ')))).toEqual([' batch 12']);
});
