import { list } from '../../aws-json/collection-members.ts';
import { structure } from '../../aws-json/request-shape.ts';
import { text } from '../../aws-json/scalar-members.ts';
import type { HttpRequest, HttpResponse } from '../../http/http.ts';
import type {
  DestinationConfig,
  EventSourceMappingSettings,
  EventSourceMappings,
  FilterCriteria,
} from '../event-source-mappings.ts';
import type { FunctionPool } from '../functions/function-pool.ts';
import { functionArn, functionReference } from '../functions/function-reference.ts';
import { invalidParameterValue, LambdaError } from '../lambda-error.ts';
import { Constraints } from './constraints.ts';
import { numberIn, paged } from './page.ts';
import { bodyOf } from './request-body.ts';
import { json } from './route.ts';

const ARN_PATTERN =
  'arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)';

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export async function createEventSourceMapping(
  pool: FunctionPool,
  mappings: EventSourceMappings,
  request: HttpRequest,
): Promise<HttpResponse> {
  const body = bodyOf(request);
  const constraints = new Constraints(body);
  const settings = settingsIn(constraints);
  const functionName = constraints.required('FunctionName', constraints.text('FunctionName'));
  const EventSourceArn = constraints.text('EventSourceArn', ARN_PATTERN);
  const StartingPosition = constraints.oneOf('StartingPosition', ['LATEST', 'AT_TIMESTAMP', 'TRIM_HORIZON']);
  const StartingPositionTimestamp = constraints.timestamp('StartingPositionTimestamp');
  constraints.check();
  refuseForeign(body);
  if (EventSourceArn === undefined) throw invalidParameterValue('Unrecognized event source.');
  if (StartingPosition === undefined) {
    throw invalidParameterValue(
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
    );
  }
  const FunctionArn = existingFunction(pool, functionName ?? '');
  const created = await mappings.create({
    ...settings,
    FunctionArn,
    EventSourceArn,
    StartingPosition,
    ...(StartingPositionTimestamp === undefined ? {} : { StartingPositionTimestamp }),
  });
  return json(202, created);
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html */
export async function updateEventSourceMapping(
  pool: FunctionPool,
  mappings: EventSourceMappings,
  request: HttpRequest,
  uuid: string,
): Promise<HttpResponse> {
  const body = bodyOf(request);
  const constraints = new Constraints(body);
  const settings = settingsIn(constraints);
  const functionName = constraints.text('FunctionName');
  constraints.check();
  refuseForeign(body);
  await mappings.get(uuid);
  const changed = functionName === undefined ? {} : { FunctionArn: existingFunction(pool, functionName) };
  return json(202, await mappings.update(uuid, { ...settings, ...changed }));
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html */
export async function listEventSourceMappings(
  pool: FunctionPool,
  mappings: EventSourceMappings,
  request: HttpRequest,
): Promise<HttpResponse> {
  const constraints = new Constraints({ MaxItems: numberIn(request, 'MaxItems') });
  const maxItems = constraints.integer('MaxItems', 1, 10_000);
  constraints.check();
  const source = request.query.get('EventSourceArn');
  const functionName = request.query.get('FunctionName');
  const arn =
    functionName === null ? null : functionArn(pool.account, functionReference(pool.account, functionName));
  const wanted = (await mappings.list()).filter(
    (mapping) =>
      (source === null || mapping.EventSourceArn === source) && (arn === null || mapping.FunctionArn === arn),
  );
  const page = paged(wanted, ({ UUID }) => UUID, request.query.get('Marker'), maxItems ?? 100);
  return json(200, { EventSourceMappings: page.items, ...page.marker });
}

/** The ARN as the caller qualified it. Throws LambdaError InvalidParameterValueException when there is no such function. */
function existingFunction(pool: FunctionPool, functionName: string): string {
  const arn = functionArn(pool.account, functionReference(pool.account, functionName));
  try {
    pool.find(arn);
  } catch (error) {
    if (error instanceof LambdaError && error.status === 404) {
      throw invalidParameterValue('Function does not exist');
    }
    throw error;
  }
  return arn;
}

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

/** Throws LambdaError InvalidParameterValueException for a member that a stream has no use for. */
function refuseForeign(body: Readonly<Record<string, unknown>>): void {
  const name = FOREIGN.find((foreign) => body[foreign] !== undefined && body[foreign] !== null);
  if (name === undefined) return;
  throw invalidParameterValue(
    `Unsupported '${name.charAt(0).toLowerCase()}${name.slice(1)}' parameter for given event source mapping type.`,
  );
}

/** The ranges of the API model; what takes more knowledge than the request alone is for the mappings to refuse. */
function settingsIn(constraints: Constraints): EventSourceMappingSettings {
  return present({
    Enabled: constraints.boolean('Enabled'),
    BatchSize: constraints.integer('BatchSize', 1, 10_000),
    MaximumBatchingWindowInSeconds: constraints.integer('MaximumBatchingWindowInSeconds', 0, 300),
    ParallelizationFactor: constraints.integer('ParallelizationFactor', 1, 10),
    MaximumRecordAgeInSeconds: constraints.integer('MaximumRecordAgeInSeconds', -1, 604_800),
    BisectBatchOnFunctionError: constraints.boolean('BisectBatchOnFunctionError'),
    MaximumRetryAttempts: constraints.integer('MaximumRetryAttempts', -1, 10_000),
    TumblingWindowInSeconds: constraints.integer('TumblingWindowInSeconds', 0, 900),
    FunctionResponseTypes: constraints.someOf('FunctionResponseTypes', ['ReportBatchItemFailures']),
    DestinationConfig: destinationsIn(constraints),
    FilterCriteria: filtersIn(constraints),
  });
}

const DESTINATION = structure({ Destination: text() });
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
