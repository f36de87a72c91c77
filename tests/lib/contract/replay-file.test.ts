import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Share } from '../../../lib/contract/click.ts';
import { receiptLine } from '../../../lib/contract/receipt-line.ts';
import {
  headerLine,
  MAX_REPLAY_BYTES,
  parseReplay,
  ReplayFileError,
  readReplay,
  resultLine,
} from '../../../lib/contract/replay-file.ts';
import { days, header, replayed, sent } from '../../components/replay/replayed-day.ts';
import { T, W } from '../../components/slots.ts';

const HEADER = headerLine(header());
const PART = replayed(0, 1000, { click: [123] });
const RESULT = resultLine({ ...PART.part, body: PART.body });
const RECEIPT = receiptLine(sent('click', 0, [123]));

const shares: fc.Arbitrary<Share[]> = fc.array(
  fc
    .record({
      index: fc.nat(9),
      recordCount: fc.nat(),
      salesCents: fc.integer(),
      counted: fc.boolean(),
      keys: fc.array(fc.string()),
    })
    .map(({ index, ...rest }) => ({ startMs: T + index * W, endMs: T + (index + 1) * W, ...rest })),
);

describe('a replay file', () => {
  test('that was written is read as the same day, receipts with their shares among it', () => {
    fc.assert(
      fc.property(days, shares, (file, seen) => {
        const clicks = file.clicks.map((click, index) => (index === 0 ? { ...click, shares: seen } : click));
        const text = [
          headerLine(file.header),
          ...file.results.map(({ part, body }) => resultLine({ ...part, body })),
          ...clicks.map(receiptLine),
        ].join('');
        expect(parseReplay(text)).toEqual({ ...file, clicks });
      }),
      { numRuns: 200 },
    );
  });

  test('is one line of JSON for each thing, and keeps a body to the byte', () => {
    const body = '{ "sales":1.50,\r\n "tot_record_count": 1 }';
    const key = `revenue_sum/dt=2021_01_24/${T + 124_042}.json`;
    const text = HEADER + resultLine({ key, lastModifiedMs: T + 124_042, body });
    expect(text.split('\n')).toHaveLength(3);
    expect(parseReplay(text).results).toMatchObject([
      { body, part: { key, salesCents: 150, recordCount: 1, inferred: true, lastModifiedMs: T + 124_042 } },
    ]);
  });

  test('begins with a header of settings', () => {
    expect(JSON.parse(HEADER)).toEqual({
      kind: 'tumbling-windows-replay',
      version: 1,
      day: '2021-01-24',
      window_seconds: 120,
      idle_seconds: 1,
      currency: 'USD',
      exported_at: '2021-02-03T00:00:00.000Z',
      first_data: '2021-01-24T15:56:00.000Z',
    });
  });

  test('may have a byte order mark, line ends of Windows, blank lines, and no line end at its end', () => {
    const text = `\uFEFF${HEADER}\n${RESULT}${RECEIPT}`.replaceAll('\n', '\r\n').trimEnd();
    const { results, clicks } = parseReplay(text);
    expect(results).toHaveLength(1);
    expect(clicks).toHaveLength(1);
  });

  const changed = (text: string, change: object) => `${JSON.stringify({ ...JSON.parse(text), ...change })}\n`;

  test.each([
    ['nothing', '', 'not-a-replay-file', null, 'got an empty line'],
    ['a table', 'window_start,sales\n1,2\n', 'not-a-replay-file', null, 'got "window_start,sales"'],
    ['other JSON', '{"sales": 42187}', 'not-a-replay-file', null, '{"kind":"tumbling-windows-replay"}'],
    ['a list', '[1,2]', 'not-a-replay-file', null, 'Make one with Export'],
    [
      'a newer version',
      changed(HEADER, { version: 2 }),
      'newer-version',
      null,
      'version 1, got one of version 2',
    ],
    ['no version', changed(HEADER, { version: null }), 'damaged-line', 1, '`version` to be 1, got null'],
    ['a day that is none', changed(HEADER, { day: '2021-02-30' }), 'damaged-line', 1, '`day`'],
    ['windows of no length', changed(HEADER, { window_seconds: 0 }), 'damaged-line', 1, '`window_seconds`'],
    ['a currency that is none', changed(HEADER, { currency: '<b>' }), 'damaged-line', 1, '`currency`'],
    ['a line that is cut off', HEADER + RESULT.slice(0, 40), 'damaged-line', 2, '`line` to be JSON'],
    [
      'a line of another kind',
      `${HEADER}{"kind":"note"}`,
      'damaged-line',
      2,
      '"result" or "receipt", got "note"',
    ],
    ['a result twice', HEADER + RESULT + RESULT, 'damaged-line', 3, 'not there yet'],
    ['a key that is none', HEADER + changed(RESULT, { key: 'a' }), 'damaged-line', 2, '`key`'],
    [
      'another day',
      changed(HEADER, { day: '2021-01-23' }) + RESULT,
      'damaged-line',
      2,
      'starts on 2021-01-23',
    ],
    ['no body', HEADER + changed(RESULT, { body: {} }), 'damaged-line', 2, '`body`'],
    ['a body that is none', HEADER + changed(RESULT, { body: '{}' }), 'damaged-line', 2, 'a window result'],
    ['no time', HEADER + changed(RESULT, { last_modified: 5 }), 'damaged-line', 2, '`last_modified`'],
    ['half a cent', HEADER + RECEIPT.replace('"sales":1.23', '"sales":1.234'), 'damaged-line', 2, '`sales`'],
    ['no windows', HEADER + changed(RECEIPT, { windows: null }), 'damaged-line', 2, '`windows`'],
    ['a blank line before damage', `${HEADER}\n\n{"kind":1}`, 'damaged-line', 4, 'Line 4'],
  ])('of %s is refused, in words that say what to do', (_name, text, reason, line, words) => {
    const error = errorOf(text);
    expect(error).toMatchObject({ reason, line });
    expect(error.message).toContain(words);
    expect(error.message).toMatch(/Make one|open it there|Export the day again/);
  });

  test('too large is refused before it is read', async () => {
    const file = new Blob([new Uint8Array(MAX_REPLAY_BYTES + 1)]);
    await expect(readReplay(file)).rejects.toMatchObject({
      reason: 'too-large',
      message: expect.stringContaining('at most 64 MB, got one of 65 MB'),
    });
  });
});

function errorOf(text: string): ReplayFileError {
  try {
    parseReplay(text);
  } catch (error) {
    if (error instanceof ReplayFileError) return error;
    throw error;
  }
  throw new Error('Expected the file to be refused, it was read');
}
