import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { foldEvent } from './folding-function.ts';
import { numbers } from './play-seeds.ts';
import { simulate } from './simulation.ts';

/** What the consumer put into S3 since the last look. */
let puts: { key: string | undefined; body: unknown }[] = [];

beforeAll(() => {
  vi.stubEnv('BUCKET_NAME', 'results');
  vi.spyOn(S3Client.prototype, 'send').mockImplementation(async (command: unknown) => {
    if (command instanceof PutObjectCommand) puts.push({ key: command.input.Key, body: command.input.Body });
    return {};
  });
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test("the simulation's function answers and writes what the project's consumer does", {
  timeout: 60_000,
}, async () => {
  const payloads = new Set<string>();
  await simulate(numbers(1, 150), () => {}, {
    sabotage: (environment) => ({
      ...environment,
      invoker: {
        invoke: (arn, payload, requestId) => {
          payloads.add(payload);
          return environment.invoker.invoke(arn, payload, requestId);
        },
      },
    }),
  });
  const { handler } = await import('../../infra/functions/consumer.ts');
  const context = { awsRequestId: 'id', functionName: 'consumer', getRemainingTimeInMillis: () => 60_000 };
  let finals = 0;
  for (const payload of payloads) {
    puts = [];
    const event = JSON.parse(payload);
    const { response, object } = foldEvent(event, null, 0);
    expect(await handler(JSON.parse(payload), context)).toEqual(response);
    expect(puts.filter(({ key }) => !key?.startsWith('revenue_live/'))).toEqual(
      object === null ? [] : [object],
    );
    if (event.isFinalInvokeForWindow) finals += 1;
  }
  expect(payloads.size - finals).toBeGreaterThan(500);
  expect(finals).toBeGreaterThan(200);
});
