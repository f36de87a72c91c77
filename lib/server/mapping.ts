import 'server-only';
import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import type { AwsClients } from './aws-clients.ts';
import type { Settings } from './settings.ts';

/** The event source mapping from the stream to the consumer. */
export interface Mapping {
  readonly uuid: string;
  readonly state: string;
  readonly lastResult: string | null;
  /** The length of its tumbling windows; 0 when it has none. */
  readonly windowSeconds: number;
}

/** Null when there is no such mapping. Throws what the SDK throws. */
export async function findMapping({
  clients,
  settings,
}: {
  readonly clients: Pick<AwsClients, 'lambda'>;
  readonly settings: Pick<Settings, 'consumerFunction' | 'stream'>;
}): Promise<Mapping | null> {
  const { EventSourceMappings = [] } = await clients.lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: settings.consumerFunction }),
  );
  const mapping = EventSourceMappings.find(({ EventSourceArn }) =>
    EventSourceArn?.includes(`stream/${settings.stream}`),
  );
  if (mapping === undefined) return null;
  const { UUID = '', State = 'unknown', LastProcessingResult = null, TumblingWindowInSeconds = 0 } = mapping;
  return {
    uuid: UUID,
    state: State,
    lastResult: LastProcessingResult,
    windowSeconds: TumblingWindowInSeconds,
  };
}
