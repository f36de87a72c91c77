import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { systemClock } from '../../../../../infra/local/clock.ts';
import { openGateway } from '../../../../../infra/local/http/gateway.ts';
import type { HttpService } from '../../../../../infra/local/http/http.ts';
import { openStreams } from '../../../../../infra/local/kinesis/regional-streams.ts';
import { createKinesisService } from '../../../../../infra/local/kinesis/service.ts';
import { openEventSourceMappings } from '../../../../../infra/local/lambda/event-source-mapping/mapping-registry.ts';
import { createLambdaService } from '../../../../../infra/local/lambda/service.ts';
import { LOCAL_ACCOUNT } from '../../../../../infra/local/local-settings.ts';
import { fixture, functionOf, openPool, regional } from '../local-lambda.ts';

/** An event as the function `writer` printed it. */
export interface PrintedEvent {
  readonly functionName: string;
  readonly Records: readonly {
    readonly eventSourceARN: string;
    readonly kinesis: { readonly data: string };
  }[];
  readonly window?: { readonly start: string; readonly end: string };
  readonly state?: { readonly letters?: string };
  readonly isFinalInvokeForWindow?: boolean;
}

/** Kinesis, Lambda and the mappings between them, as they really run, on a free port; with the SDK's clients. */
export async function openLocalMappings() {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'mappings-'));
  const functions = await openPool(
    ['writer', 'second', 'third'].map((name) =>
      functionOf(name, { handlerFile: fixture('event-writer.ts') }),
    ),
  );
  const streams = await openStreams({ dataDir, clock: systemClock, ...LOCAL_ACCOUNT, transitionMs: 0 });
  const everywhere = regional(functions, dataDir);
  const mappings = await openEventSourceMappings({
    dataDir,
    clock: systemClock,
    reader: streams,
    invoker: everywhere,
    putFailureObject: async () => {},
    resolveStream: async (arn) => streams.retentionOf(arn),
    idleSeconds: 0,
    log: () => {},
  });
  const absent: HttpService = () => ({ status: 501, headers: {}, body: '' });
  const gateway = await openGateway({
    port: 0,
    services: {
      kinesis: createKinesisService({ streams }),
      lambda: createLambdaService({
        functions: everywhere,
        mappings,
        clock: systemClock,
        readObject: () => null,
      }),
      logs: absent,
      s3: absent,
      sts: absent,
      control: absent,
    },
    onError: (error) => {
      throw error;
    },
  });
  const client = {
    endpoint: gateway.url,
    region: LOCAL_ACCOUNT.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  return {
    streams,
    url: gateway.url,
    lambda: new LambdaClient(client),
    kinesis: new KinesisClient(client),
    /** What the functions were called with so far. */
    events: (): PrintedEvent[] =>
      functions.lines.flatMap(({ logGroupName, message }) => {
        const text = /EVENT (\{.*\})/.exec(message)?.[1];
        return text === undefined ? [] : [{ functionName: path.basename(logGroupName), ...JSON.parse(text) }];
      }),
    close: async () => {
      await gateway.close();
      await mappings.close();
      await everywhere.close();
      await functions.close();
      await streams.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
