import { simulateWindows } from '../../infra/local/testing/simulate-windows.ts';
import type { WindowedEvent } from '../../infra/local/testing/windowed-event.ts';
import { median, type Row } from './row.ts';

const WINDOWS = 720;
const RECORDS = 10_000;
const WINDOW_SECONDS = 120;
const MOST_MS = 1000;
const ROUNDS = 5;
const DAY_MS = Date.UTC(2026, 0, 1);

/** A day of windows through `simulateWindows`, against the handler alone on the same events. */
export async function bench(): Promise<readonly Row[]> {
  const records = Array.from({ length: RECORDS }, (_, index) => ({
    at: DAY_MS + Math.floor((index / RECORDS) * WINDOWS * WINDOW_SECONDS * 1000),
    data: { sales: index % 500 },
  }));
  const times: number[] = [];
  const bareTimes: number[] = [];
  let calls = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    let startedMs = performance.now();
    const { finals, invocations } = await simulateWindows(sum, { windowSeconds: WINDOW_SECONDS, records });
    times.push(performance.now() - startedMs);
    const total = finals.reduce((all, { state }) => all + Number(state.sales), 0);
    const expected = records.reduce((all, { data }) => all + data.sales, 0);
    if (finals.length !== WINDOWS || total !== expected) {
      throw new Error(`Expected ${WINDOWS} windows of ${expected}, got ${finals.length} of ${total}`);
    }
    calls = invocations.length;
    const texts = invocations.map(({ event }) => JSON.stringify(event));
    startedMs = performance.now();
    for (const text of texts) JSON.stringify(await sum(JSON.parse(text)));
    bareTimes.push(performance.now() - startedMs);
  }
  const [ms, bareMs] = [median(times), median(bareTimes)];
  return [
    {
      name: `a day of ${WINDOWS} windows and ${RECORDS} records in simulateWindows`,
      value: Math.round(ms),
      unit: 'ms',
      bound: `at most ${MOST_MS}`,
      ok: ms <= MOST_MS,
      note: `${calls} invocations; the handler alone, its JSON included, takes ${bareMs.toFixed(0)} ms of it; medians of ${ROUNDS}`,
    },
  ];
}

function sum(event: WindowedEvent<{ sales: number }>) {
  let sales = event.state.sales ?? 0;
  for (const { kinesis } of event.Records) {
    sales += JSON.parse(Buffer.from(kinesis.data, 'base64').toString()).sales;
  }
  return { state: { sales } };
}
