import type { EventSourceMappings } from '../event-source-mappings.ts';
import type { AsyncInvocations } from '../functions/async-invocations.ts';
import type { RegionFunctions } from '../functions/regional-functions.ts';
import type { ReadObject } from './function-settings.ts';

/** What an operation works on: one region of the account. */
export interface LambdaContext extends RegionFunctions {
  readonly queue: AsyncInvocations;
  readonly mappings: EventSourceMappings;
  readonly readObject: ReadObject;
}
