import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { expect, test } from 'vitest';
import { readLocalSettings } from '../../../../infra/local/local-settings.ts';
import { openRuntime } from '../../../../infra/local/runtime.ts';
import { fixture } from './local-lambda.ts';

test('CONSUMER_HANDLER=consumer.py#lambda_handler folds windows, and its output is in CloudWatch Logs', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'python-consumer-'));
  const runtime = await openRuntime(
    readLocalSettings(
      {
        LOCAL_AWS_PORT: '0',
        LOCAL_DATA_DIR: dataDir,
        WINDOW_SECONDS: '1',
        CONSUMER_HANDLER: `${fixture('window_consumer.py')}#lambda_handler`,
      },
      process.cwd(),
    ),
  );
  const client = {
    endpoint: runtime.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
  };
  const sales = [246, 1, 53];
  await new KinesisClient(client).send(
    new PutRecordsCommand({
      StreamName: 'data_pipe',
      Records: sales.map((amount) => ({
        PartitionKey: 'key',
        Data: Buffer.from(JSON.stringify({ sales: amount })),
      })),
    }),
  );
  const logs = new CloudWatchLogsClient(client);
  await expect
    .poll(
      async () => {
        const { events = [] } = await logs.send(
          new FilterLogEventsCommand({
            logGroupName: '/aws/lambda/stream_record_processor',
            filterPattern: '{ $.final.sales = * }',
          }),
        );
        return events.reduce((sum, { message = '{}' }) => sum + JSON.parse(message).final.sales, 0);
      },
      { timeout: 25_000, interval: 300 },
    )
    .toBe(300);
  await runtime.close();
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);
