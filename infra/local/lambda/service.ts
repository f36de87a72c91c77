import { AwsError } from '../aws-json/aws-error.ts';
import type { Clock } from '../clock.ts';
import type { HttpService } from '../http/http.ts';
import {
  deleteFunctionConcurrency,
  getFunctionConcurrency,
  putFunctionConcurrency,
} from './api/concurrency.ts';
import {
  getAccountSettings,
  getFunction,
  getFunctionConfiguration,
  listFunctions,
} from './api/describe-functions.ts';
import {
  createEventSourceMapping,
  listEventSourceMappings,
  updateEventSourceMapping,
} from './api/event-source-mapping-operations.ts';
import { invoke, invokeAsync } from './api/invoke.ts';
import { errorAnswer, json, type Route, routeOf } from './api/route.ts';
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
  const queue = new AsyncInvocations(pool, clock);
  const routes: readonly Route[] = [
    {
      method: 'POST',
      path: '2015-03-31/functions/{FunctionName}/invocations',
      answer: (request, name) => invoke(pool, queue, request, name),
    },
    {
      method: 'POST',
      path: '2014-11-13/functions/{FunctionName}/invoke-async',
      answer: (request, name) => invokeAsync(pool, queue, request, name),
    },
    {
      method: 'GET',
      path: '2015-03-31/functions',
      answer: (request) => listFunctions(pool, request),
    },
    {
      method: 'GET',
      path: '2015-03-31/functions/{FunctionName}',
      answer: (request, name) => getFunction(pool, request, name),
    },
    {
      method: 'GET',
      path: '2015-03-31/functions/{FunctionName}/configuration',
      answer: (request, name) => getFunctionConfiguration(pool, request, name),
    },
    {
      method: 'PUT',
      path: '2017-10-31/functions/{FunctionName}/concurrency',
      answer: (request, name) => putFunctionConcurrency(pool, request, name),
    },
    {
      method: 'DELETE',
      path: '2017-10-31/functions/{FunctionName}/concurrency',
      answer: (_, name) => deleteFunctionConcurrency(pool, name),
    },
    {
      method: 'GET',
      path: '2019-09-30/functions/{FunctionName}/concurrency',
      answer: (_, name) => getFunctionConcurrency(pool, name),
    },
    {
      method: 'GET',
      path: '2016-08-19/account-settings',
      answer: () => getAccountSettings(pool),
    },
    {
      method: 'POST',
      path: '2015-03-31/event-source-mappings',
      answer: (request) => createEventSourceMapping(pool, mappings, request),
    },
    {
      method: 'GET',
      path: '2015-03-31/event-source-mappings',
      answer: (request) => listEventSourceMappings(pool, mappings, request),
    },
    {
      method: 'GET',
      path: '2015-03-31/event-source-mappings/{UUID}',
      answer: async (_, uuid) => json(200, await mappings.get(uuid)),
    },
    {
      method: 'PUT',
      path: '2015-03-31/event-source-mappings/{UUID}',
      answer: (request, uuid) => updateEventSourceMapping(pool, mappings, request, uuid),
    },
    {
      method: 'DELETE',
      path: '2015-03-31/event-source-mappings/{UUID}',
      answer: async (_, uuid) => json(202, await mappings.delete(uuid)),
    },
  ];

  return async (request) => {
    try {
      const found = routeOf(routes, request);
      if (found === undefined) {
        throw new LambdaError(
          'UnknownOperationException',
          404,
          `The local runtime has no operation ${request.method} ${request.path}`,
        );
      }
      return await found.route.answer(request, found.parameter);
    } catch (error) {
      if (error instanceof AwsError) return errorAnswer(error);
      const message = error instanceof Error ? error.message : String(error);
      return errorAnswer(new LambdaError('ServiceException', 500, message, { Type: 'Service' }));
    }
  };
}
