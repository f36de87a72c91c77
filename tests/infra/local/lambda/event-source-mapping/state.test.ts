import { describe, expect, test } from 'vitest';
import { collect, openMapping, type SeenEvent } from './virtual-mapping.ts';

describe('a state that is not an object is a failure', () => {
  test.each([
    ['missing', {}],
    ['null', { state: null }],
    ['an array', { state: [] }],
    ['a text', { state: '{}' }],
    ['a number', { state: 1 }],
    ['in no answer at all', null],
    ['in an answer that is a text', '{"state":{}}'],
    ['in an answer that is a list', [{ state: {} }]],
    [
      'so deep that nobody can write it',
      {
        kind: 'success',
        requestId: 'id',
        payload: `{"state":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
      },
    ],
    ['in an answer that is not JSON', { kind: 'success', requestId: 'id', payload: '{"state":{}' }],
  ])('%s', async (_, answer) => {
    const mapping = await openMapping();
    await mapping.put('a', 1);
    await mapping.until(2);
    mapping.handler = () => answer;
    await mapping.put('b', 2);
    await mapping.until(2.5);
    mapping.handler = collect;
    await mapping.until(11);
    expect(mapping.lines()).toEqual([
      '1 batch a [0-10) {}',
      '2 batch b [0-10) a',
      '2.25 batch b [0-10) a',
      '2.75 batch b [0-10) a',
      '11 final [0-10) ab',
    ]);
  });

  test('and is said so: what was expected, what came, and what to do', async () => {
    const mapping = await openMapping({ handler: () => ({ count: 1 }) });
    await mapping.put('a', 1);
    await mapping.until(1.1);
    const [status] = await mapping.mappings.status();
    expect(status?.shards[0]?.lastError).toBe(
      'Expected a response with an object `state`, got {"count":1}. With a tumbling window every invocation must return its state, as in {"state": {}}.',
    );
  });
});

describe('a state above 1 MiB', () => {
  /** `{"letters":"…"}` of so many bytes. */
  const stateOf = (bytes: number) => ({ letters: 'x'.repeat(bytes - '{"letters":""}'.length) });
  /** Grows too large with the letter L. */
  const handler = (event: SeenEvent) => {
    const { state } = collect(event);
    return { state: state.letters.endsWith('L') ? stateOf(1_048_577) : state };
  };
  const outline = (event: SeenEvent) => [
    event.window?.start.slice(17, 19),
    event.Records.length,
    event.state?.letters?.length ?? 0,
    event.isFinalInvokeForWindow,
    event.isWindowTerminatedEarly,
  ];

  test('ends the window early and at once, with both flags and all of the state', async () => {
    const mapping = await openMapping({ handler });
    await mapping.put('a', 1);
    await mapping.put('L', 2);
    await mapping.until(3);
    expect(mapping.calls.map(({ atMs, event }) => [atMs % 60_000, ...outline(event)])).toEqual([
      [1000, '00', 1, 0, false, false],
      [2000, '00', 1, 1, false, false],
      [2000, '00', 0, 1_048_577 - 14, true, true],
    ]);
  });

  test('is measured in bytes of compact JSON: 1,048,576 are not too many', async () => {
    const answers = [stateOf(1_048_576), { letters: 'ü'.repeat((1_048_576 - 14) / 2) }, stateOf(1_048_577)];
    const mapping = await openMapping({ handler: () => ({ state: answers.shift() ?? {} }) });
    await mapping.put('a', 1);
    await mapping.put('b', 2);
    await mapping.put('c', 3);
    await mapping.until(4);
    expect(mapping.calls.map(({ event }) => event.isWindowTerminatedEarly)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  test('the same window goes on from {} afterwards, and is closed again by a final of its own', async () => {
    const mapping = await openMapping({ handler });
    await mapping.put('L', 1);
    await mapping.put('b', 3);
    await mapping.put('c', 4);
    await mapping.until(11);
    expect(mapping.calls.map(({ event }) => outline(event))).toEqual([
      ['00', 1, 0, false, false],
      ['00', 0, 1_048_563, true, true],
      ['00', 1, 0, false, false],
      ['00', 1, 1, false, false],
      ['00', 0, 2, true, false],
    ]);
    expect(mapping.calls[2]?.event.state).toEqual({});
  });

  test('without further records the window is not closed a second time', async () => {
    const mapping = await openMapping({ handler });
    await mapping.put('L', 1);
    await mapping.put('b', 12);
    await mapping.until(30);
    expect(mapping.calls.map(({ event }) => outline(event))).toEqual([
      ['00', 1, 0, false, false],
      ['00', 0, 1_048_563, true, true],
      ['10', 1, 0, false, false],
      ['10', 0, 1, true, false],
    ]);
  });

  test('an early final that fails is repeated with the same state, also by the next process', async () => {
    let failures = 3;
    const mapping = await openMapping({
      handler: (event) => {
        if (event.isWindowTerminatedEarly && failures-- > 0) throw new Error('S3 is away');
        return handler(event);
      },
    });
    await mapping.put('L', 1);
    await mapping.until(1.5);
    mapping.kill();
    await mapping.start();
    await mapping.until(5);
    const finals = mapping.calls.filter(({ event }) => event.isWindowTerminatedEarly);
    expect(finals).toHaveLength(4);
    expect(new Set(finals.map(({ payload }) => payload)).size).toBe(1);
  });
});
