import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type InvocationLog,
  METRICS_NAMESPACE,
  parseInvocationLog,
  serializeInvocationLog,
  serializeWindowSales,
} from '../../../lib/core/invocation-log.ts';

const sums = fc.record({ recordCount: fc.nat(), salesCents: fc.integer() });
const log: fc.Arbitrary<InvocationLog> = fc
  .record({
    timeMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    requestId: fc.uuid(),
    shardId: fc.string({ minLength: 1 }),
    window: fc.integer({ min: 0, max: 34_000_000 }),
    records: fc.nat(),
    skipped: fc.nat(),
    rejected: fc.nat(),
    final: fc.boolean(),
    terminatedEarly: fc.boolean(),
    durationMs: fc.nat(),
    stateBytes: fc.nat(),
    before: sums,
    after: sums,
    writtenKey: fc.option(fc.string()),
    error: fc.option(fc.string()),
  })
  .map(({ window, ...rest }) => ({
    ...rest,
    windowStartMs: window * 120_000,
    windowEndMs: (window + 1) * 120_000,
  }));

const example: InvocationLog = {
  timeMs: Date.UTC(2021, 0, 24, 15, 58, 1),
  requestId: 'r-1',
  shardId: 'shardId-000000000000',
  windowStartMs: Date.UTC(2021, 0, 24, 15, 56),
  windowEndMs: Date.UTC(2021, 0, 24, 15, 58),
  records: 10,
  skipped: 2,
  rejected: 1,
  final: true,
  terminatedEarly: false,
  durationMs: 12,
  stateBytes: 2,
  before: { recordCount: 5, salesCents: 1000 },
  after: { recordCount: 12, salesCents: 2250 },
  writtenKey: 'revenue_sum/dt=2021_01_24/1_s_1.json',
  error: null,
};

describe("an invocation's line", () => {
  test('is one line, and is read back as it was written', () => {
    fc.assert(
      fc.property(log, (each) => {
        const line = serializeInvocationLog(each, 'stream_record_processor');
        expect(line).not.toContain('\n');
        expect(parseInvocationLog(line)).toEqual(each);
      }),
    );
  });

  test.each([
    ['as text', (line: string) => JSON.stringify({ level: 'INFO', message: line })],
    ['as JSON', (line: string) => JSON.stringify({ level: 'INFO', message: JSON.parse(line) })],
  ])("is found inside Lambda's JSON log format, %s", (_, wrap) => {
    expect(parseInvocationLog(wrap(serializeInvocationLog(example, 'f')))).toEqual(example);
  });

  test('carries its metrics as CloudWatch takes them from a log: each that is declared is there', () => {
    const line = JSON.parse(serializeInvocationLog(example, 'stream_record_processor'));
    const [directive] = line._aws.CloudWatchMetrics;
    expect(line._aws.Timestamp).toBe(example.timeMs);
    expect(directive.Namespace).toBe(METRICS_NAMESPACE);
    expect(directive.Dimensions).toEqual([['FunctionName']]);
    const values = directive.Metrics.map(({ Name }: { Name: string }) => [Name, line[Name]]);
    expect(Object.fromEntries(values)).toEqual({
      Records: 8,
      RejectedRecords: 1,
      WindowsClosed: 1,
      ResultLag: 1000,
    });
  });

  test("tells a closed window's sales at its own time, so that those of its shards add up", () => {
    const line = JSON.parse(serializeWindowSales(example, 'stream_record_processor') ?? '');
    const [directive] = line._aws.CloudWatchMetrics;
    expect(line._aws.Timestamp).toBe(example.windowEndMs - 1);
    expect(directive.Metrics).toEqual([{ Name: 'WindowSales', Unit: 'None' }]);
    expect(line).toMatchObject({
      WindowSales: example.after.salesCents / 100,
      FunctionName: 'stream_record_processor',
    });
    expect(parseInvocationLog(JSON.stringify(line))).toBeNull();
    expect(serializeWindowSales({ ...example, final: false }, 'f')).toBeNull();
    expect(serializeWindowSales({ ...example, error: 'Error: no' }, 'f')).toBeNull();
  });

  test('of an open window closes none', () => {
    const line = JSON.parse(serializeInvocationLog({ ...example, final: false }, 'f'));
    expect(line).not.toHaveProperty('WindowsClosed');
    expect(JSON.stringify(line._aws)).not.toContain('ResultLag');
  });

  test('of an invocation that failed has no metrics: its records come again', () => {
    const line = JSON.parse(serializeInvocationLog({ ...example, error: 'Error: no' }, 'f'));
    expect(line).not.toHaveProperty('_aws');
    expect(line).toMatchObject({ event: 'invocation', records: 10, error: 'Error: no' });
  });

  test.each([
    '',
    'START RequestId: r-1',
    'null',
    '{"event":"produced"}',
    '{"event":"invocation"}',
    JSON.stringify({ message: { event: 'invocation' } }),
  ])('is not read from %j', (line) => {
    expect(parseInvocationLog(line)).toBeNull();
  });
});
