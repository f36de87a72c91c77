import { AwsError } from '../aws-json/aws-error.ts';
import type { Clock } from '../clock.ts';
import type { HttpService } from '../http/http.ts';
import { requestRegion } from '../http/region.ts';
import type { ReadObject } from './api/function-settings.ts';
import type { LambdaContext } from './api/lambda-context.ts';
import { mappingsIn } from './api/regional-mappings.ts';
import { errorAnswer, routeOf } from './api/rest-route.ts';
import { ROUTES } from './api/route-table.ts';
import type { EventSourceMappings } from './event-source-mappings.ts';
import { AsyncInvocations } from './functions/async-invocations.ts';
import type { RegionalFunctions } from './functions/regional-functions.ts';
import { LambdaError } from './lambda-error.ts';

export interface LambdaServiceOptions {
  readonly functions: RegionalFunctions;
  readonly mappings: EventSourceMappings;
  readonly clock: Clock;
  /** For packages that are named by bucket and key. */
  readonly readObject: ReadObject;
}

export function createLambdaService(options: LambdaServiceOptions): HttpService {
  const { clock, functions, mappings, readObject } = options;
  const contexts = new Map<string, LambdaContext>();
  const contextOf = (region: string): LambdaContext => {
    const known = contexts.get(region);
    if (known !== undefined) return known;
    const here = functions.in(region);
    const queue = new AsyncInvocations(here.pool, clock);
    const context = { ...here, queue, readObject, mappings: mappingsIn(region, mappings) };
    contexts.set(region, context);
    return context;
  };

  return async (request) => {
    try {
      const found = routeOf(ROUTES, request);
      if (found === null) {
        throw new LambdaError(
          'UnknownOperationException',
          404,
          `The local runtime has no operation ${request.method} ${request.path}`,
        );
      }
      const context = contextOf(requestRegion(request, functions.homeRegion));
      const [first = '', second = ''] = found.parameters;
      return await found.route.answer(context, request, first, second);
    } catch (error) {
      if (error instanceof AwsError) return errorAnswer(error);
      const message = error instanceof Error ? error.message : String(error);
      return errorAnswer(new LambdaError('ServiceException', 500, message, { Type: 'Service' }));
    }
  };
}
