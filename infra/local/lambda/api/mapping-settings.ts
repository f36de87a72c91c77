import { enumList, list } from '../../aws-json/collection-members.ts';
import { structure } from '../../aws-json/request-shape.ts';
import { text } from '../../aws-json/scalar-members.ts';
import { MAPPING_BOUNDS } from '../event-source-mapping/mapping-definition.ts';
import type {
  DestinationConfig,
  EventSourceMappingSettings,
  FilterCriteria,
  LoggingConfig,
  MetricsConfig,
} from '../event-source-mappings.ts';
import { invalidParameterValue } from '../lambda-error.ts';
import type { Constraints } from './constraints.ts';

/** Members of the API that belong to queues, Kafka, brokers and databases. */
const FOREIGN = [
  'AmazonManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
  'ProvisionedPollerConfig',
  'Queues',
  'ScalingConfig',
  'SelfManagedEventSource',
  'SelfManagedKafkaEventSourceConfig',
  'SourceAccessConfigurations',
  'Topics',
];

const KNOWN = new Set([
  ...[
    'BatchSize',
    'BisectBatchOnFunctionError',
    'DestinationConfig',
    'Enabled',
    'EventSourceArn',
    'FilterCriteria',
  ],
  ...[
    'FunctionName',
    'FunctionResponseTypes',
    'KMSKeyArn',
    'LoggingConfig',
    'MaximumBatchingWindowInSeconds',
  ],
  ...['MaximumRecordAgeInSeconds', 'MaximumRetryAttempts', 'MetricsConfig', 'ParallelizationFactor'],
  ...['StartingPosition', 'StartingPositionTimestamp', 'Tags', 'TumblingWindowInSeconds', 'UUID'],
]);

/**
 * Throws LambdaError InvalidParameterValueException for a member that a stream has no use for, or that is not known here:
 * nothing is dropped in silence.
 */
export function refuseForeign(body: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(body).filter((name) => body[name] !== undefined && body[name] !== null);
  const foreign = given.find((name) => FOREIGN.includes(name));
  if (foreign !== undefined) {
    throw invalidParameterValue(
      `Unsupported '${foreign.charAt(0).toLowerCase()}${foreign.slice(1)}' parameter for given event source mapping type.`,
    );
  }
  const unknown = given.find((name) => !KNOWN.has(name));
  if (unknown === undefined) return;
  throw invalidParameterValue(
    `The local runtime does not know the parameter '${unknown.slice(0, 100)}' of an event source mapping.`,
  );
}

/** The ranges of the API model; what takes more knowledge than the request alone is for the mappings to refuse. */
export function settingsIn(constraints: Constraints): EventSourceMappingSettings {
  const integer = (name: keyof typeof MAPPING_BOUNDS) => {
    const [least, most] = MAPPING_BOUNDS[name];
    return constraints.integer(name, least, most);
  };
  return present({
    Enabled: constraints.boolean('Enabled'),
    BatchSize: integer('BatchSize'),
    MaximumBatchingWindowInSeconds: integer('MaximumBatchingWindowInSeconds'),
    ParallelizationFactor: integer('ParallelizationFactor'),
    MaximumRecordAgeInSeconds: integer('MaximumRecordAgeInSeconds'),
    BisectBatchOnFunctionError: constraints.boolean('BisectBatchOnFunctionError'),
    MaximumRetryAttempts: integer('MaximumRetryAttempts'),
    TumblingWindowInSeconds: integer('TumblingWindowInSeconds'),
    FunctionResponseTypes: constraints.someOf('FunctionResponseTypes', ['ReportBatchItemFailures']),
    DestinationConfig: destinationsIn(constraints),
    FilterCriteria: filtersIn(constraints),
    MetricsConfig: metricsIn(constraints),
    KMSKeyArn: constraints.text('KMSKeyArn', { pattern: KEY_ARN_PATTERN }),
    LoggingConfig: loggingIn(constraints),
  });
}

const KEY_ARN_PATTERN = '(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()';
const METRICS = structure({ Metrics: enumList(['EventCount', 'ErrorCount', 'KafkaMetrics']) });
const LOGGING = structure({ SystemLogLevel: text({ oneOf: ['DEBUG', 'INFO', 'WARN'] }) });

function metricsIn(constraints: Constraints): MetricsConfig | undefined {
  const config = constraints.read('MetricsConfig', METRICS);
  return config && present(config);
}

function loggingIn(constraints: Constraints): LoggingConfig | undefined {
  const config = constraints.read('LoggingConfig', LOGGING);
  return config && present(config);
}

const DESTINATION = structure({ Destination: text({ max: 350 }) });
const DESTINATIONS = structure({ OnFailure: DESTINATION, OnSuccess: DESTINATION });

function destinationsIn(constraints: Constraints): DestinationConfig | undefined {
  const config = constraints.read('DestinationConfig', DESTINATIONS);
  if (config === undefined) return undefined;
  const { OnFailure, OnSuccess } = config;
  return present({ OnFailure: OnFailure && present(OnFailure), OnSuccess: OnSuccess && present(OnSuccess) });
}

/** AWS gives five filters to everyone, and ten to whoever asks for more. */
const FILTERS = structure({
  Filters: list(structure({ Pattern: text({ max: 4_096 }) }), {
    max: 10,
    show: ({ Pattern }) => `Filter(pattern=${Pattern})`,
  }),
});

function filtersIn(constraints: Constraints): FilterCriteria | undefined {
  const criteria = constraints.read('FilterCriteria', FILTERS);
  if (criteria === undefined) return undefined;
  const { Filters } = criteria;
  return Filters === undefined ? {} : { Filters: Filters.map(present) };
}

type Present<Members> = { [Name in keyof Members]?: Exclude<Members[Name], undefined> };

/** Without the members that are undefined. */
function present<Members extends object>(members: Members): Present<Members> {
  const result: Present<Members> = { ...members };
  for (const name in result) if (result[name] === undefined) delete result[name];
  return result;
}
