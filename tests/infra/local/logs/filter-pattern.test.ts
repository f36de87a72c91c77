import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFilterPattern } from '../../../../infra/local/logs/filter-pattern.ts';

const matching = (pattern: string, messages: readonly string[]) =>
  messages.filter(parseFilterPattern(pattern));

describe('terms', () => {
  const messages = ['hello', 'world', 'hello world', 'goodbye world', 'hello cruela', 'goodbye cruel world'];

  test.each([
    ['', messages],
    ['hello', ['hello', 'hello world', 'hello cruela']],
    ['Hello', []],
    ['goodbye world', ['goodbye world', 'goodbye cruel world']],
    ['"hello cruel"', ['hello cruela']],
    ['?hello ?cruel', ['hello', 'hello world', 'hello cruela', 'goodbye cruel world']],
    ['world -goodbye', ['world', 'hello world']],
    ['-"cruel"', ['hello', 'world', 'hello world', 'goodbye world']],
    ['world ?hello', ['world', 'hello world', 'goodbye world', 'goodbye cruel world']],
    ['%^hell.{1,2}w%', ['hello world']],
    ['-%o$%', ['world', 'hello world', 'goodbye world', 'hello cruela', 'goodbye cruel world']],
  ])('%s', (pattern, expected) => {
    expect(matching(pattern, messages)).toEqual(expected);
  });

  test('a quoted phrase may hold what would mean something outside of it', () => {
    const messages = ['{"level":"ERROR"}', '[ERROR] -x', 'ERROR'];
    expect(matching('"\\"level\\""', messages)).toEqual(['{"level":"ERROR"}']);
    expect(matching('"[ERROR]" "-x"', messages)).toEqual(['[ERROR] -x']);
  });

  test('a message always matches its own words', () => {
    const words = fc.array(fc.stringMatching(/^[A-Za-z0-9_]{1,8}$/), { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(words, (some) => parseFilterPattern(some.join(' '))(`a ${some.join(' - ')} z`)));
  });

  test.each([
    ['[ip, user', /expected a closing bracket/],
    ['[..., a, ...]', /expected one ellipsis/],
    ['[a > b]', /expected a number after >/],
    ['[a = ]', /expected a value/],
    ['[-x]', /expected the name of a field/],
    ['foo-bar', /Invalid character\(s\) in term 'foo-bar'/],
    ['"open', /Invalid filter pattern/],
    ['%(%', /not a regular expression/],
  ])('%s is refused', (pattern, message) => {
    expect(() => parseFilterPattern(pattern)).toThrow(message);
  });
});

describe('patterns for space-delimited messages', () => {
  // The example of AWS's documentation.
  const messages = [
    '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
    '127.0.0.1 Prod bob [10/Oct/2000:13:35:22 -0700] "GET /about.html HTTP/1.0" 500 5324',
    '127.0.0.1 Prod alice [10/Oct/2000:13:35:22 -0700] "GET /index.html HTTP/1.0" 200 4355',
    'REPORT RequestId: 1\tDuration: 3.5 ms',
  ];
  test.each([
    ['[ip, id, user, timestamp, request, status, size]', [0, 1, 2]],
    ['[ip, id, user, timestamp, request, status=4*, size]', [0]],
    ['[ip, id, user, timestamp, request, status=404 || status=500, size]', [0, 1]],
    ['[ip, id, user, timestamp, request=*html*, status!=404 && status!=500, size]', [2]],
    ['[..., size > 4000]', [1, 2]],
    ['[..., status=404, size]', [0]],
    ['[ip=%127\\.0\\.0\\.[1-9]%, ..., size < 2000]', [0]],
    ['[ip, id, user="frank", ...]', [0]],
    ['[ip, id, user, timestamp="10/Oct/2000:13:25:15 -0700", ...]', [0]],
    ['[type=REPORT, ...]', [3]],
    ['[type, ..., duration > 3, unit=ms]', [3]],
    ['[a, b]', []],
  ])('%s', (pattern, expected) => {
    expect(matching(pattern, messages)).toEqual(expected.map((index) => messages[index]));
  });
});

describe('JSON patterns', () => {
  const events = {
    a: '{"level":"ERROR","n":3,"user":{"name":"Kobold","roles":["admin","ops"]},"ok":true,"gone":null}',
    b: '{"level":"WARN","n":3.5,"user":{"name":"Lizardfolk","roles":[]},"ok":false}',
    c: '{"level":"INFO","n":-1e3,"dotted.key":"v","gone":1}\n',
    d: 'ERROR 3 no json',
  };

  test.each([
    ['{ $.level = "ERROR" }', 'a'],
    ['{$.level=ERROR}', 'a'],
    ['{ $.level != "ERROR" }', 'bc'],
    ['{ $.level = "*R*" }', 'ab'],
    ['{ $.level = W* }', 'b'],
    ['{ $.level = %^(ERROR|INFO)$% }', 'ac'],
    ['{ $.n = 3 }', 'a'],
    ['{ $.n >= 3 }', 'ab'],
    ['{ $.n > 3 }', 'b'],
    ['{ $.n < 0 }', 'c'],
    ['{ $.n <= -1000 }', 'c'],
    ['{ $.n != 3 }', 'bc'],
    ['{ $.n = "3" }', 'a'],
    ['{ $.level = 3 }', ''],
    ['{ $.user.name = "Kobold" }', 'a'],
    ['{ $.user.roles[0] = "admin" }', 'a'],
    ['{ $.user.roles[*] = "ops" }', 'a'],
    ['{ $.user.roles[7] = "ops" }', ''],
    ['{ $.[\'dotted.key\'] = "v" }', 'c'],
    ['{ $.ok IS TRUE }', 'a'],
    ['{ $.ok IS FALSE }', 'b'],
    ['{ $.gone IS NULL }', 'a'],
    ['{ $.gone EXISTS }', 'ac'],
    ['{ $.gone NOT EXISTS }', 'b'],
    ['{ $.n = * }', 'abc'],
    ['{ $.level = "WARN" && $.n >= 3 }', 'b'],
    ['{ $.level = "ERROR" || $.level = "INFO" }', 'ac'],
    ['{ $.level = "INFO" || $.level = "WARN" && $.n > 100 }', 'c'],
    ['{ ($.level = "INFO" || $.level = "WARN") && $.n > 0 }', 'b'],
    ['{ $.absent = "x" }', ''],
    ['{ $.absent != "x" }', ''],
  ])('%s', (pattern, expected) => {
    const matches = parseFilterPattern(pattern);
    expect(
      Object.entries(events)
        .filter(([, message]) => matches(message))
        .map(([name]) => name)
        .join(''),
    ).toBe(expected);
  });

  test.each([
    ['{ $.a = }', "expected a value, got '}'"],
    ['{ $.a "x" }', 'expected a comparison, got \'"x" }\''],
    ['{ a = 1 }', "expected $.field, got 'a = 1 }'"],
    ['{ $.a = 1', "expected }, got 'its end'"],
    ['{ $.a > "x" }', 'expected a number after >'],
    ['{ $.a = 1 } x', 'expected nothing after the closing brace'],
  ])('%s is refused: %s', (pattern, message) => {
    expect(() => parseFilterPattern(pattern)).toThrow(message);
  });
});
