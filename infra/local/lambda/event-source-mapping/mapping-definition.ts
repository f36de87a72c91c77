import { BUCKET_NAME } from '../../../../lib/core/object-key.ts';
import { MAX_WINDOW_SECONDS } from '../../../../lib/core/window.ts';
import type {
  CreateEventSourceMapping,
  EventSourceMappingConfiguration,
  EventSourceMappingSettings,
} from '../event-source-mappings.ts';
import { invalidParameterValue, missingStartingPosition } from '../lambda-error.ts';
import { FilterPatternError, recordFilter } from './record-filter.ts';

/** What a mapping of a stream has that is told nothing else. */
export const MAPPING_DEFAULTS = {
  BatchSize: 100,
  MaximumBatchingWindowInSeconds: 0,
  ParallelizationFactor: 1,
  MaximumRecordAgeInSeconds: -1,
  BisectBatchOnFunctionError: false,
  MaximumRetryAttempts: -1,
  TumblingWindowInSeconds: 0,
} as const;

/** The least and the most of the API model. */
export const MAPPING_BOUNDS = {
  BatchSize: [1, 10_000],
  MaximumBatchingWindowInSeconds: [0, 300],
  ParallelizationFactor: [1, 10],
  MaximumRecordAgeInSeconds: [-1, 604_800],
  MaximumRetryAttempts: [-1, 10_000],
  TumblingWindowInSeconds: [0, MAX_WINDOW_SECONDS],
} as const;

/**
 * A mapping's configuration from what create and update were given, with AWS's defaults, and what is refused by its
 * meaning. Shapes and ranges were checked before, by the API.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
export function defineMapping(
  input: CreateEventSourceMapping,
  uuid: string,
  nowMs: number,
): EventSourceMappingConfiguration {
  const source = streamArn(input.EventSourceArn);
  const [, , , region, account] = input.FunctionArn.split(':');
  const start = startingPosition(input, nowMs);
  return withSettings(
    {
      UUID: uuid,
      EventSourceMappingArn: `arn:aws:lambda:${region}:${account}:event-source-mapping:${uuid}`,
      EventSourceArn: source,
      FunctionArn: input.FunctionArn,
      State: (input.Enabled ?? true) ? 'Enabled' : 'Disabled',
      StateTransitionReason: 'User action',
      LastModified: nowMs / 1000,
      LastProcessingResult: 'No records processed',
      ...start,
      ...MAPPING_DEFAULTS,
      DestinationConfig: { OnFailure: {} },
      FunctionResponseTypes: [],
    },
    input,
  );
}

/** What the members that are given replace. Throws LambdaError InvalidParameterValueException. */
export function withSettings(
  { FilterCriteria: filters, ...configuration }: EventSourceMappingConfiguration,
  input: EventSourceMappingSettings & { readonly FunctionArn?: string },
): EventSourceMappingConfiguration {
  const {
    DestinationConfig,
    Enabled,
    FilterCriteria = filters,
    KMSKeyArn,
    LoggingConfig,
    MetricsConfig,
    ...given
  } = input;
  const settings = Object.fromEntries(
    Object.entries(given).filter(([name, value]) => name in configuration && value !== undefined),
  );
  const changed: EventSourceMappingConfiguration = {
    ...configuration,
    ...settings,
    ...(DestinationConfig === undefined
      ? {}
      : { DestinationConfig: { OnFailure: {}, ...DestinationConfig } }),
    ...(FilterCriteria?.Filters?.length ? { FilterCriteria } : {}),
    ...(KMSKeyArn === undefined ? {} : { KMSKeyArn }),
    ...(LoggingConfig === undefined ? {} : { LoggingConfig }),
    ...(MetricsConfig === undefined ? {} : { MetricsConfig }),
    ...(Enabled === undefined ? {} : { State: Enabled ? 'Enabled' : 'Disabled' }),
  };
  refuse(changed);
  return changed;
}

/** The patterns of the mapping's filters, as JSON text. */
export function patternsOf({ FilterCriteria }: EventSourceMappingConfiguration): readonly string[] {
  return (FilterCriteria?.Filters ?? []).map(({ Pattern = '' }) => Pattern);
}

function refuse(configuration: EventSourceMappingConfiguration): void {
  const { OnFailure, OnSuccess } = configuration.DestinationConfig;
  const age = configuration.MaximumRecordAgeInSeconds;
  refuseFilters(configuration);
  if (configuration.TumblingWindowInSeconds > 0 && configuration.ParallelizationFactor > 1) {
    throw invalidParameterValue(
      `ParallelizationFactor must be 1 together with TumblingWindowInSeconds, got ${configuration.ParallelizationFactor}.`,
    );
  }
  if (age !== -1 && age < 60) {
    throw invalidParameterValue(
      'MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)',
    );
  }
  if (OnSuccess !== undefined) {
    throw invalidParameterValue(
      'Unsupported DestinationConfig parameter for given event source mapping type.',
    );
  }
  if (OnFailure?.Destination && failureBucket(configuration) === null) {
    throw invalidParameterValue(
      `The local runtime delivers failed batches to S3 only: expected an OnFailure destination such as arn:aws:s3:::bucket, got ${OnFailure.Destination}.`,
    );
  }
}

function refuseFilters(configuration: EventSourceMappingConfiguration): void {
  const patterns = patternsOf(configuration);
  if (patterns.length > 0 && configuration.TumblingWindowInSeconds > 0) {
    throw invalidParameterValue('FilterCriteria is not supported together with TumblingWindowInSeconds.');
  }
  try {
    recordFilter(patterns);
  } catch (error) {
    if (error instanceof FilterPatternError)
      throw invalidParameterValue('Invalid filter pattern definition.');
    throw error;
  }
}

/** The bucket of the on-failure destination; null when there is none. */
export function failureBucket(configuration: EventSourceMappingConfiguration): string | null {
  const destination = configuration.DestinationConfig.OnFailure?.Destination;
  const bucket = /^arn:aws[\w-]*:s3:::(.+)$/.exec(destination ?? '')?.[1] ?? '';
  return BUCKET_NAME.test(bucket) ? bucket : null;
}

/** A stream's, or that of a consumer of it. */
const SOURCE_ARN =
  /^arn:aws[\w-]*:kinesis:[a-z0-9-]+:\d{12}:stream\/[a-zA-Z0-9_.-]{1,128}(\/consumer\/[a-zA-Z0-9_.-]{1,128}:\d+)?$/;

function streamArn(arn: string | undefined): string {
  if (arn === undefined) throw invalidParameterValue('EventSourceArn is required.');
  if (!SOURCE_ARN.test(arn)) {
    throw invalidParameterValue(
      `Unrecognized event source, must be a kinesis stream. Unsupported source arn : ${arn}`,
    );
  }
  return arn;
}

function startingPosition(
  { StartingPosition: position, StartingPositionTimestamp: timestamp }: CreateEventSourceMapping,
  nowMs: number,
): Pick<EventSourceMappingConfiguration, 'StartingPosition' | 'StartingPositionTimestamp'> {
  if (position === undefined) throw missingStartingPosition();
  if (position !== 'AT_TIMESTAMP') {
    if (timestamp !== undefined) {
      throw invalidParameterValue('StartingPositionTimestamp is only allowed with AT_TIMESTAMP.');
    }
    return { StartingPosition: position };
  }
  if (timestamp === undefined) {
    throw invalidParameterValue('Need to specify a timestamp');
  }
  if (timestamp * 1000 > nowMs) {
    throw invalidParameterValue('StartingPositionTimestamp must not be in the future.');
  }
  return { StartingPosition: position, StartingPositionTimestamp: timestamp };
}
