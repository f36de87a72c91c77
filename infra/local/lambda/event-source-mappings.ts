/**
 * What the Lambda API asks of the event source mappings. Members carry AWS's names and units, as on the wire.
 * https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html
 */

export type StartingPosition = 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP';

export interface DestinationConfig {
  readonly OnFailure?: { readonly Destination?: string };
  readonly OnSuccess?: { readonly Destination?: string };
}

export interface FilterCriteria {
  readonly Filters?: readonly { readonly Pattern?: string }[];
}

export interface MetricsConfig {
  readonly Metrics?: readonly string[];
}

export interface LoggingConfig {
  readonly SystemLogLevel?: string;
}

export type Tags = Readonly<Record<string, string>>;

/** What create and update have in common. A member that is absent takes its default, or stays as it is. */
export interface EventSourceMappingSettings {
  readonly Enabled?: boolean;
  /** 1 to 10,000 records. */
  readonly BatchSize?: number;
  /** 0 to 300. */
  readonly MaximumBatchingWindowInSeconds?: number;
  /** 1 to 10. */
  readonly ParallelizationFactor?: number;
  readonly DestinationConfig?: DestinationConfig;
  /** -1 (no limit) to 604,800; 0 to 59 pass the shape, and are refused by meaning. */
  readonly MaximumRecordAgeInSeconds?: number;
  readonly BisectBatchOnFunctionError?: boolean;
  /** -1 (until the record expires) to 10,000. */
  readonly MaximumRetryAttempts?: number;
  /** 0 (no windows) to 900. */
  readonly TumblingWindowInSeconds?: number;
  readonly FunctionResponseTypes?: readonly string[];
  readonly FilterCriteria?: FilterCriteria;
  /** Kept and shown; the metrics themselves are CloudWatch's. */
  readonly MetricsConfig?: MetricsConfig;
  /** Kept and shown; nothing is encrypted here. */
  readonly KMSKeyArn?: string;
  readonly LoggingConfig?: LoggingConfig;
}

export interface CreateEventSourceMapping extends EventSourceMappingSettings {
  /** Names a function that exists; with its qualifier when the caller gave one. */
  readonly FunctionArn: string;
  readonly EventSourceArn?: string;
  readonly StartingPosition?: StartingPosition;
  /** Epoch seconds, maybe with a fraction. */
  readonly StartingPositionTimestamp?: number;
  readonly Tags?: Tags;
}

export interface UpdateEventSourceMapping extends EventSourceMappingSettings {
  /** The function to invoke from now on; it exists. */
  readonly FunctionArn?: string;
}

export type EventSourceMappingState =
  | 'Creating'
  | 'Enabling'
  | 'Enabled'
  | 'Disabling'
  | 'Disabled'
  | 'Updating'
  | 'Deleting';

export interface EventSourceMappingConfiguration {
  readonly UUID: string;
  readonly EventSourceMappingArn: string;
  readonly EventSourceArn: string;
  readonly FunctionArn: string;
  readonly State: EventSourceMappingState;
  /** `User action`, as AWS says of streams. */
  readonly StateTransitionReason: string;
  /** Epoch seconds, maybe with a fraction. */
  readonly LastModified: number;
  /** `No records processed`, `OK`, or `PROBLEM: Function call failed`. */
  readonly LastProcessingResult: string;
  readonly StartingPosition: StartingPosition;
  /** Epoch seconds, maybe with a fraction. */
  readonly StartingPositionTimestamp?: number;
  readonly BatchSize: number;
  readonly MaximumBatchingWindowInSeconds: number;
  readonly ParallelizationFactor: number;
  readonly DestinationConfig: DestinationConfig;
  readonly MaximumRecordAgeInSeconds: number;
  readonly BisectBatchOnFunctionError: boolean;
  readonly MaximumRetryAttempts: number;
  readonly TumblingWindowInSeconds: number;
  readonly FunctionResponseTypes: readonly string[];
  readonly FilterCriteria?: FilterCriteria;
  readonly MetricsConfig?: MetricsConfig;
  readonly KMSKeyArn?: string;
  readonly LoggingConfig?: LoggingConfig;
}

/**
 * The Lambda service checks types, ranges and enums before it calls, and turns the function's name into an ARN. What
 * takes knowledge of streams or of other members (the stream exists, windows forbid a parallelization factor, a record
 * age of 30 s, a mapping of the same pair) is refused here, with a `LambdaError`.
 */
export interface EventSourceMappings {
  /** Throws LambdaError InvalidParameterValueException, ResourceNotFoundException, ResourceConflictException. */
  create(input: CreateEventSourceMapping): Promise<EventSourceMappingConfiguration>;
  /** Throws LambdaError ResourceNotFoundException. */
  get(uuid: string): Promise<EventSourceMappingConfiguration>;
  /** All of them in the order of their creation; the service filters and pages. */
  list(): Promise<readonly EventSourceMappingConfiguration[]>;
  /** Throws LambdaError ResourceNotFoundException, InvalidParameterValueException, ResourceInUseException. */
  update(uuid: string, input: UpdateEventSourceMapping): Promise<EventSourceMappingConfiguration>;
  /** Answers the configuration in the state Deleting. Throws LambdaError ResourceNotFoundException, ResourceInUseException. */
  delete(uuid: string): Promise<EventSourceMappingConfiguration>;
  /** Throws LambdaError ResourceNotFoundException. */
  tags(uuid: string): Promise<Tags>;
  /** Replaces all of them. Throws LambdaError ResourceNotFoundException. */
  setTags(uuid: string, tags: Tags): Promise<void>;
}
