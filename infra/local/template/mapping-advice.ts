/** What a mapping's settings will do to its windows. */
export interface Advice {
  /** error: AWS refuses it, or data is lost. warning: a price that should be known. */
  readonly kind: 'error' | 'warning';
  readonly setting: string;
  readonly message: string;
}

/** `settings`: as CreateEventSourceMapping takes or GetEventSourceMapping shows them. */
export function adviceOn(settings: Readonly<Record<string, unknown>>, retentionHours = 24): Advice[] {
  const number = (name: string, byDefault: number) => {
    const value = settings[name];
    return value === undefined || value === null ? byDefault : Number(value);
  };
  const isWindowed = number('TumblingWindowInSeconds', 0) > 0;
  const advice: Advice[] = [];
  const say = (kind: Advice['kind'], setting: string, message: string) =>
    advice.push({ kind, setting, message });
  const filters = Reflect.get(Object(settings.FilterCriteria), 'Filters');
  const destination = Reflect.get(
    Object(Reflect.get(Object(settings.DestinationConfig), 'OnFailure')),
    'Destination',
  );
  const retries = number('MaximumRetryAttempts', -1);
  const ageSeconds = number('MaximumRecordAgeInSeconds', -1);
  const bisects =
    settings.BisectBatchOnFunctionError === true || settings.BisectBatchOnFunctionError === 'true';

  if (isWindowed && number('ParallelizationFactor', 1) > 1) {
    say(
      'error',
      'ParallelizationFactor',
      'must be 1 with a tumbling window: a shard has one state, and one invocation at a time.',
    );
  }
  if (isWindowed && Array.isArray(filters) && filters.length > 0) {
    say('error', 'FilterCriteria', 'is refused with a tumbling window: filter in the handler.');
  }
  const retention = retentionHours * 3600;
  if (ageSeconds > retention) {
    say(
      'error',
      'MaximumRecordAgeInSeconds',
      `${ageSeconds} s is beyond the stream's retention of ${retentionHours} h: what still fails then is gone from the stream before it is given up.`,
    );
  }
  if (retries === -1) {
    const hours = Math.round((ageSeconds === -1 ? retention : Math.min(ageSeconds, retention)) / 360) / 10;
    say(
      'warning',
      'MaximumRetryAttempts',
      `-1: a record that always fails stands in the way of its shard for up to ${hours} h${isWindowed ? ', and no window of it is closed meanwhile; a final invocation that always fails has no end' : ''}.`,
    );
  }
  if (!bisects) {
    say('warning', 'BisectBatchOnFunctionError', 'is off: with one bad record its whole batch is given up.');
  }
  if (destination === null) {
    // Only a deployment knows it.
  } else if (destination === undefined || destination === '') {
    say('warning', 'DestinationConfig', 'has no OnFailure: what is given up is gone.');
  } else if (isWindowed && !/:s3:::/.test(String(destination))) {
    say(
      'warning',
      'DestinationConfig',
      'is no S3 bucket: only there the failure record has the payload, with the state of a final invocation.',
    );
  }
  return advice;
}

/** The destination of a mapping's failures that is no bucket; null: that only a deployment knows; undefined: there is none such. */
export function destinationElsewhere(settings: Readonly<Record<string, unknown>>): string | null | undefined {
  const { Destination } = Object(Reflect.get(Object(settings.DestinationConfig), 'OnFailure'));
  if (Destination === null) return null;
  return Destination === undefined || /:s3:::/.test(String(Destination)) ? undefined : String(Destination);
}
