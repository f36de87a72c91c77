import { afterEach, expect, test, vi } from 'vitest';
import { serverNow } from '../../../components/live/server-clock.ts';
import { ReplaySession } from '../../../components/replay/replay-session.ts';
import { T, W } from '../slots.ts';
import { DAY, header, replayed, sent } from './replayed-day.ts';

const session = new ReplaySession({
  header: header(),
  results: [replayed(0, 1000, { own: [300] }), replayed(1, 1000, { other: [50] })],
  clicks: [sent('own', 0, [300])],
});
afterEach(() => session.end());

test('while it goes on, its time is the page’s, and the server’s again at its end', () => {
  session.begin();
  session.player.pause();
  session.player.seek(T + 5000);
  expect(serverNow()).toBe(T + 5000);
  session.end();
  expect(Math.abs(serverNow() - Date.now())).toBeLessThan(60_000);
});

test('what it answers is the same object until something else is known', () => {
  session.begin();
  session.player.pause();
  const listener = vi.fn();
  const leave = session.subscribe(listener);
  session.player.seek(T + W + 1000);
  const known = session.windows('1h');
  expect(known.dayTotal.salesCents).toBe(300);
  listener.mockClear();
  session.player.seek(T + W + 1500);
  expect(session.windows('1h')).toBe(known);
  expect(listener).not.toHaveBeenCalled();
  session.player.seek(T + 2 * W + 1000);
  expect(listener).toHaveBeenCalledTimes(1);
  expect(session.windows('1h').dayTotal.salesCents).toBe(350);
  leave();
});

test('the API is answered from the file: its day, its objects to the byte, and nothing that it does not hold', () => {
  const [first] = session.recording.file.results;
  expect(session.answer('/api/days')).toMatchObject({ days: [{ day: DAY }] });
  expect(session.answer(`/api/windows?day=${DAY}&range=day`)).toBe(session.windows('day'));
  expect(session.answer(`/api/windows?day=${DAY}&range=day&shift=1`)).toBeUndefined();
  expect(session.answer(`/api/objects?${new URLSearchParams({ key: first?.part.key ?? '' })}`)).toMatchObject(
    {
      text: first?.body,
    },
  );
  expect(session.answer('/api/objects?key=revenue_sum/other')).toBeUndefined();
  expect(session.answer('/api/traces?ids=own&since=0')).toBeUndefined();
});

test('a file tells who bought what it holds, at each of its moments, and ranks them against what came before', () => {
  const by = (name: string, salesCents: number) => ({
    customers: [{ name, recordCount: 1, salesCents }],
  });
  const hour = 30;
  const told = new ReplaySession({
    header: header(),
    results: [
      replayed(0, 1000, { own: [200] }, by('Kobold', 200)),
      replayed(hour, 1000, { own: [300] }, by('Kobold', 300)),
      replayed(hour + 1, 1000, { own: [50] }, { sequence: 9, ...by('Lizardfolk', 50) }),
    ],
    clicks: [],
  });
  told.begin();
  told.player.pause();
  told.player.seek(T + (hour + 1) * W + 1000);
  const query = `day=${DAY}&range=1h`;
  expect(told.answer(`/api/customers?${query}`)).toMatchObject({
    salesCents: 300,
    customers: [{ name: 'Kobold', salesCents: 300, beforeCents: 200 }],
  });
  told.player.seek(T + (hour + 2) * W + 1000);
  expect(told.answer(`/api/customers?${query}`)).toMatchObject({ salesCents: 350 });
  expect(told.answer(`/api/customers?${query}`)).toBe(told.answer(`/api/customers?${query}`));
  const slots = told.windows('1h', 'customers').slots.flatMap(({ customers = [] }) => customers);
  expect(slots.map(({ name, salesCents }) => [name, salesCents])).toEqual([
    ['Kobold', 300],
    ['Lizardfolk', 50],
  ]);
  expect(told.windows('1h').slots.some(({ customers }) => customers !== undefined)).toBe(false);
  told.end();
});
