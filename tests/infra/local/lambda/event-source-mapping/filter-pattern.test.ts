import { expect, test } from 'vitest';
import {
  FilterPatternError,
  recordFilter,
} from '../../../../../infra/local/lambda/event-source-mapping/filter-pattern.ts';
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
  ['{"data":{"type":[{"anything-but":["sale",1]}]}}', '{"type":2}'],
  ['{"data":{"type":[{"anything-but":{"prefix":"sa"}}]}}', '{"type":"refund"}'],
  ['{"data":{"n":[{"numeric":["=",1.5]}]}}', '{"n":1.5}'],
  ['{"data":{"n":[{"numeric":[">",0,"<=",5]}]}}', '{"n":5}'],
  ['{"data":{"n":[{"exists":true}]}}', '{"n":null}'],
  ['{"data":{"n":[{"exists":false}]}}', '{}'],
  ['{"data":{"a":{"n":[{"exists":false}]}}}', '{"a":1}'],
  ['{"data":{"n":["",{"exists":false}]}}', '{"n":""}'],
  ['{"data":{"$or":[{"a":[1]},{"b":[2]}]}}', '{"b":2}'],
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
])('%s is no pattern', (pattern) => {
  expect(() => recordFilter([pattern])).toThrow(FilterPatternError);
  expect(() => recordFilter([pattern])).toThrow(pattern);
});

test('data that is not JSON matches no pattern of data, and others all the same', () => {
  expect(matches('{"data":{"n":[1]}}', 'text')).toBe(false);
  expect(matches('{"partitionKey":["key"]}', 'text')).toBe(true);
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
