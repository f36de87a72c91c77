import { describe, expect, test } from 'vitest';
import { collect, type Handler, lettersIn, openMapping, type VirtualMapping } from './virtual-mapping.ts';

const settings = { FunctionResponseTypes: ['ReportBatchItemFailures'], Enabled: false };

/** Puts the letters before the mapping reads, so that they are one batch. */
async function playBatch(mapping: VirtualMapping, letters: string): Promise<void> {
  for (const letter of letters) mapping.putNow(letter, 1);
  await mapping.until(2);
  await mapping.update({ Enabled: true });
  await mapping.until(2.1);
}

/** Reports these letters, the first time; the state is of what lies before the first of them. */
const reporting = (letters: string): Handler => {
  let left = 1;
  return (event) => {
    if (event.isFinalInvokeForWindow || left-- <= 0) return collect(event);
    const failed = event.Records.filter((_, index) => letters.includes(lettersIn(event)[index] ?? ''));
    const first = event.Records.findIndex((record) => failed.includes(record));
    return {
      ...collect({ ...event, Records: event.Records.slice(0, first) }),
      batchItemFailures: [...failed]
        .reverse()
        .map(({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber })),
    };
  };
};

describe('with ReportBatchItemFailures', () => {
  test('everything from the lowest reported record on is sent again, as a new batch with the returned state', async () => {
    const mapping = await openMapping({ settings, handler: reporting('bd') });
    await playBatch(mapping, 'abcde');
    expect(mapping.lines()).toEqual(['2 batch abcde [0-10) {}', '2 batch bcde [0-10) a']);
    expect(mapping.calls[1]?.requestId).not.toBe(mapping.calls[0]?.requestId);
  });

  test('the rest has retries of its own', async () => {
    const mapping = await openMapping({
      settings: { ...settings, MaximumRetryAttempts: 1 },
      handler: (event) => {
        const [first] = event.Records;
        return {
          state: {},
          batchItemFailures: [{ itemIdentifier: (event.Records[1] ?? first)?.kinesis.sequenceNumber }],
        };
      },
    });
    await playBatch(mapping, 'abc');
    await mapping.until(3);
    expect(mapping.lines()).toEqual([
      '2 batch abc [0-10) {}',
      '2 batch bc [0-10) {}',
      '2 batch c [0-10) {}',
      '2.25 batch c [0-10) {}',
    ]);
  });

  test('a report of the first record fails the whole batch', async () => {
    const mapping = await openMapping({ settings, handler: reporting('a') });
    await playBatch(mapping, 'abc');
    await mapping.until(3);
    expect(mapping.lines()).toEqual(['2 batch abc [0-10) {}', '2.25 batch abc [0-10) {}']);
  });

  test.each([
    ['an empty list', { batchItemFailures: [] }],
    ['a null list', { batchItemFailures: null }],
    ['no list', {}],
  ])('%s is success', async (_, answer) => {
    const mapping = await openMapping({ settings, handler: () => ({ state: {}, ...answer }) });
    await playBatch(mapping, 'ab');
    await mapping.until(3);
    expect(mapping.lines()).toEqual(['2 batch ab [0-10) {}']);
  });

  test.each([
    ['an empty identifier', [{ itemIdentifier: '' }]],
    ['a null identifier', [{ itemIdentifier: null }]],
    ['another key', [{ identifier: '1' }]],
    ['an unknown identifier', [{ itemIdentifier: '123' }]],
    ['a list that is none', 'all'],
  ])('%s fails the whole batch', async (_, batchItemFailures) => {
    let answers = 1;
    const mapping = await openMapping({
      settings,
      handler: (event) => (answers-- > 0 ? { state: {}, batchItemFailures } : collect(event)),
    });
    await playBatch(mapping, 'ab');
    await mapping.until(3);
    expect(mapping.lines()).toEqual(['2 batch ab [0-10) {}', '2.25 batch ab [0-10) {}']);
  });

  test('a window still needs its state: a report without one is a failure', async () => {
    let answers = 1;
    const mapping = await openMapping({
      settings,
      handler: (event) => (answers-- > 0 ? { batchItemFailures: [] } : collect(event)),
    });
    await playBatch(mapping, 'ab');
    await mapping.until(3);
    expect(mapping.lines()).toEqual(['2 batch ab [0-10) {}', '2.25 batch ab [0-10) {}']);
  });

  test('without a window nothing, null, and {} are success, and an error is not', async () => {
    const answers: unknown[] = [new Error('no'), null, {}, '', []];
    const mapping = await openMapping({
      settings: { ...settings, TumblingWindowInSeconds: 0, BatchSize: 1 },
      handler: () => {
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    });
    await playBatch(mapping, 'abcd');
    await mapping.until(3);
    expect(mapping.lines()).toEqual([
      '2 batch a',
      '2.25 batch a',
      '2.25 batch b',
      '2.25 batch c',
      '2.25 batch d',
    ]);
  });
});

test('without ReportBatchItemFailures a report is not read', async () => {
  const mapping = await openMapping({
    settings: { Enabled: false },
    handler: reporting('b'),
  });
  await playBatch(mapping, 'abc');
  await mapping.until(3);
  expect(mapping.lines()).toEqual(['2 batch abc [0-10) {}']);
});
