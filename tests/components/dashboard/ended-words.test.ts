import { expect, test } from 'vitest';
import { endedWords } from '../../../components/dashboard/ended-words.ts';
import { createFormat } from '../../../components/ui/format.ts';
import { slot } from '../slots.ts';

const format = createFormat({ currency: 'USD', zone: 'utc', locale: 'en-US' });
const open = slot(1, 'open');
const words = (
  ...[ended, hindrance = null]: [Parameters<typeof endedWords>[0], Parameters<typeof endedWords>[2]?]
) => endedWords(ended, open, hindrance, format);

test('a total is promised only where there is one to come', () => {
  const full = slot(0, 'closing', { soFar: { recordCount: 3, salesCents: 600 } });
  expect(words(full)).toBe('15:56–15:58 ended: its total comes in under 10 s');
  expect(words(slot(0, 'closing'))).toBe('15:56–15:58 ended: nothing has been seen in it.');
});

test('and only where somebody brings it', () => {
  const full = slot(0, 'closing', { soFar: { recordCount: 3, salesCents: 600 } });
  expect(words(full, 'consumer-stopped')).toBe(
    '15:56–15:58 ended: the consumer is stopped, its total waits.',
  );
  expect(words(full, 'unreadable')).toBe('15:56–15:58 ended: what became of it cannot be read now.');
});

test('a closed window says its total, in the singular where it is one', () => {
  expect(words(slot(0, 'closed', { salesCents: 4250, recordCount: 1 }))).toBe(
    '15:56–15:58 closed: $42.50 from 1 record',
  );
});
