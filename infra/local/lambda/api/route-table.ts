import { deleteFunctionConcurrency, getFunctionConcurrency, putFunctionConcurrency } from './concurrency.ts';
import {
  getAccountSettings,
  getFunction,
  getFunctionConfiguration,
  listFunctions,
} from './describe-functions.ts';
import {
  createEventSourceMapping,
  listEventSourceMappings,
  updateEventSourceMapping,
} from './event-source-mapping-operations.ts';
import { invoke, invokeAsync } from './invoke.ts';
import { json, type Route } from './route.ts';

/** Every operation there is, and where it is found. https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
export const ROUTES: readonly Route[] = [
  {
    operation: 'Invoke',
    method: 'POST',
    path: '2015-03-31/functions/{FunctionName}/invocations',
    answer: (api, request, name) => invoke(api.pool, api.queue, request, name),
  },
  {
    operation: 'InvokeAsync',
    method: 'POST',
    path: '2014-11-13/functions/{FunctionName}/invoke-async',
    answer: (api, request, name) => invokeAsync(api.pool, api.queue, request, name),
  },
  {
    operation: 'ListFunctions',
    method: 'GET',
    path: '2015-03-31/functions',
    answer: (api, request) => listFunctions(api.pool, request),
  },
  {
    operation: 'GetFunction',
    method: 'GET',
    path: '2015-03-31/functions/{FunctionName}',
    answer: (api, request, name) => getFunction(api.pool, request, name),
  },
  {
    operation: 'GetFunctionConfiguration',
    method: 'GET',
    path: '2015-03-31/functions/{FunctionName}/configuration',
    answer: (api, request, name) => getFunctionConfiguration(api.pool, request, name),
  },
  {
    operation: 'PutFunctionConcurrency',
    method: 'PUT',
    path: '2017-10-31/functions/{FunctionName}/concurrency',
    answer: (api, request, name) => putFunctionConcurrency(api.pool, request, name),
  },
  {
    operation: 'DeleteFunctionConcurrency',
    method: 'DELETE',
    path: '2017-10-31/functions/{FunctionName}/concurrency',
    answer: (api, _, name) => deleteFunctionConcurrency(api.pool, name),
  },
  {
    operation: 'GetFunctionConcurrency',
    method: 'GET',
    path: '2019-09-30/functions/{FunctionName}/concurrency',
    answer: (api, _, name) => getFunctionConcurrency(api.pool, name),
  },
  {
    operation: 'GetAccountSettings',
    method: 'GET',
    path: '2016-08-19/account-settings',
    answer: (api) => getAccountSettings(api.pool),
  },
  {
    operation: 'CreateEventSourceMapping',
    method: 'POST',
    path: '2015-03-31/event-source-mappings',
    answer: (api, request) => createEventSourceMapping(api.pool, api.mappings, request),
  },
  {
    operation: 'ListEventSourceMappings',
    method: 'GET',
    path: '2015-03-31/event-source-mappings',
    answer: (api, request) => listEventSourceMappings(api.pool, api.mappings, request),
  },
  {
    operation: 'GetEventSourceMapping',
    method: 'GET',
    path: '2015-03-31/event-source-mappings/{UUID}',
    answer: async (api, _, uuid) => json(200, await api.mappings.get(uuid)),
  },
  {
    operation: 'UpdateEventSourceMapping',
    method: 'PUT',
    path: '2015-03-31/event-source-mappings/{UUID}',
    answer: (api, request, uuid) => updateEventSourceMapping(api.pool, api.mappings, request, uuid),
  },
  {
    operation: 'DeleteEventSourceMapping',
    method: 'DELETE',
    path: '2015-03-31/event-source-mappings/{UUID}',
    answer: async (api, _, uuid) => json(202, await api.mappings.delete(uuid)),
  },
];
