import { AwsError } from '../aws-json/aws-error.ts';
import type { Clock } from '../clock.ts';
import type { HttpService } from '../http/http.ts';
import { errorAnswer, routeOf } from './api/route.ts';
import { ROUTES } from './api/route-table.ts';
import type { EventSourceMappings } from './event-source-mappings.ts';
import { AsyncInvocations } from './functions/async-invocations.ts';
import type { FunctionPool } from './functions/function-pool.ts';
import { LambdaError } from './lambda-error.ts';

export interface LambdaServiceOptions {
  readonly pool: FunctionPool;
  readonly mappings: EventSourceMappings;
  readonly clock: Clock;
}

/** Lambda's REST API. https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
export function createLambdaService({ pool, mappings, clock }: LambdaServiceOptions): HttpService {
  const api = { pool, mappings, queue: new AsyncInvocations(pool, clock) };
  return async (request) => {
    try {
      const found = routeOf(ROUTES, request);
      if (found === undefined) {
        throw new LambdaError(
          'UnknownOperationException',
          404,
          `The local runtime has no operation ${request.method} ${request.path}`,
        );
      }
      return await found.route.answer(api, request, found.parameter);
    } catch (error) {
      if (error instanceof AwsError) return errorAnswer(error);
      const message = error instanceof Error ? error.message : String(error);
      return errorAnswer(new LambdaError('ServiceException', 500, message, { Type: 'Service' }));
    }
  };
}
