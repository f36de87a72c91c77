import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { excerptOf, excerptOfError, excerptOfText } from '../../../lib/core/excerpt.ts';

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

function cyclic(): unknown {
  const object: Record<string, unknown> = { name: 'a' };
  object.self = object;
  return object;
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withTypedArray: true,
  withSparseArray: true,
});

/** What JSON.stringify, String, or a template cannot take, or takes too long for. */
const strange: readonly (readonly [name: string, value: unknown])[] = [
  ['an array 100,000 deep', nested(100_000)],
  ['JSON that was parsed from 200 kB of brackets', JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))],
  ['a cycle', cyclic()],
  ['an array of a million', Array.from({ length: 1_000_000 }, (_, index) => index)],
  ['an array of four billion holes', Object.assign([], { length: 2 ** 32 - 1 })],
  [
    'an object of 100,000 members',
    Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`k${n}`, n])),
  ],
  ['a text of a megabyte', 'x'.repeat(1_048_576)],
  ['a key of a megabyte', { ['k'.repeat(1_048_576)]: 1 }],
  ['100 MB of bytes', new Uint8Array(100_000_000)],
  [
    'a getter that throws',
    {
      get a() {
        throw new Error('no');
      },
    },
  ],
  ['an object without a prototype', Object.create(null)],
  ['an own __proto__', JSON.parse('{"__proto__":{"toString":1}}')],
  [
    'toString and toJSON that throw',
    {
      toString: () => {
        throw new Error('no');
      },
      toJSON: () => {
        throw new Error('no');
      },
    },
  ],
  ['a revoked proxy', revoked()],
  ['a bigint of a million digits', 1n << 3_000_000n],
  ['a symbol', Symbol('s')],
  ['a lone surrogate', '\uD83D'],
  [
    'an error whose message is no text',
    Object.assign(new Error(), { message: nested(100_000), name: cyclic() }),
  ],
  [
    'an error whose message throws',
    Object.defineProperty(new Error(), 'message', {
      get: () => {
        throw new Error('no');
      },
    }),
  ],
];

describe('an excerpt', () => {
  test('of any value there is comes at once, is bounded, and never throws', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 300 }), (value, most) => {
        for (const text of [excerptOf(value, most), excerptOfError(value, most)]) {
          expect(typeof text).toBe('string');
          expect(text.length).toBeLessThanOrEqual(most + 1);
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each(strange)('of %s is as short as any', (_, value) => {
    const startedMs = performance.now();
    expect(excerptOf(value).length).toBeLessThanOrEqual(81);
    expect(excerptOfError(value).length).toBeLessThanOrEqual(501);
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  test('of what fits is its JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.stringify(value);
        const text = excerptOf(value, 10_000);
        // JSON knows no -0, and its text has no place for a member named __proto__ that was assigned.
        if (!json.includes('__proto__') && !Object.is(value, -0)) expect(text).toBe(json);
      }),
    );
  });

  test.each([
    [undefined, 'nothing'],
    [[1, 'a', { b: null }], '[1,"a",{"b":null}]'],
    ['x'.repeat(100), `"${'x'.repeat(79)}…`],
    [[Number.NaN, undefined, () => 1], '[NaN,undefined,a function]'],
    [new Uint8Array(5), '5 bytes'],
  ])('of %j is %s', (value, text) => {
    expect(excerptOf(value)).toBe(text);
  });

  test('of a text never ends within a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, most) => {
        const cut = excerptOfText(text, most);
        expect(cut.length).toBeLessThanOrEqual(most + 1);
        expect(cut).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/);
        if (text.length <= most) expect(cut).toBe(text);
        else expect(text.startsWith(cut.slice(0, -1))).toBe(true);
      }),
    );
  });

  test.each([
    [new TypeError('not this'), 'TypeError: not this'],
    [Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }), 'AggregateError: ECONNREFUSED'],
    ['a text that was thrown', 'a text that was thrown'],
    [{ code: 5 }, '{"code":5}'],
    [new Error('x'.repeat(600)), `Error: ${'x'.repeat(493)}…`],
  ])('of an error says what it is: %s', (error, text) => {
    expect(excerptOfError(error)).toBe(text);
  });
});
