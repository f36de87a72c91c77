import { createAlias, deleteAlias, getAlias, listAliases, updateAlias } from './aliases.ts';
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
import {
  createFunction,
  deleteFunction,
  listVersions,
  publishVersion,
  updateFunctionCode,
  updateFunctionConfiguration,
} from './function-operations.ts';
import { invoke, invokeAsync } from './invoke.ts';
import { listTags, tagResource, untagResource } from './resource-tags.ts';
import { json, type Route } from './rest-route.ts';

const FUNCTIONS = '2015-03-31/functions';
const FUNCTION = `${FUNCTIONS}/{FunctionName}`;
const ALIAS = `${FUNCTION}/aliases/{Name}`;
const MAPPINGS = '2015-03-31/event-source-mappings';
const MAPPING = `${MAPPINGS}/{UUID}`;
const TAGS = '2017-03-31/tags/{Resource}';

function route(operation: string, method: Route['method'], path: string, answer: Route['answer']): Route {
  return { operation, method, path, answer };
}

/** Every operation that there is. https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
export const ROUTES: readonly Route[] = [
  route('Invoke', 'POST', `${FUNCTION}/invocations`, invoke),
  route('InvokeAsync', 'POST', '2014-11-13/functions/{FunctionName}/invoke-async', invokeAsync),
  route('CreateFunction', 'POST', FUNCTIONS, createFunction),
  route('ListFunctions', 'GET', FUNCTIONS, listFunctions),
  route('GetFunction', 'GET', FUNCTION, getFunction),
  route('DeleteFunction', 'DELETE', FUNCTION, deleteFunction),
  route('UpdateFunctionCode', 'PUT', `${FUNCTION}/code`, updateFunctionCode),
  route('GetFunctionConfiguration', 'GET', `${FUNCTION}/configuration`, getFunctionConfiguration),
  route('UpdateFunctionConfiguration', 'PUT', `${FUNCTION}/configuration`, updateFunctionConfiguration),
  route('PublishVersion', 'POST', `${FUNCTION}/versions`, publishVersion),
  route('ListVersionsByFunction', 'GET', `${FUNCTION}/versions`, listVersions),
  route('CreateAlias', 'POST', `${FUNCTION}/aliases`, createAlias),
  route('ListAliases', 'GET', `${FUNCTION}/aliases`, listAliases),
  route('GetAlias', 'GET', ALIAS, (context, _, named, alias) => getAlias(context, named, alias)),
  route('UpdateAlias', 'PUT', ALIAS, updateAlias),
  route('DeleteAlias', 'DELETE', ALIAS, (context, _, named, alias) => deleteAlias(context, named, alias)),
  route(
    'PutFunctionConcurrency',
    'PUT',
    '2017-10-31/functions/{FunctionName}/concurrency',
    putFunctionConcurrency,
  ),
  route(
    'DeleteFunctionConcurrency',
    'DELETE',
    '2017-10-31/functions/{FunctionName}/concurrency',
    (context, _, named) => deleteFunctionConcurrency(context, named),
  ),
  route(
    'GetFunctionConcurrency',
    'GET',
    '2019-09-30/functions/{FunctionName}/concurrency',
    (context, _, named) => getFunctionConcurrency(context, named),
  ),
  route('GetAccountSettings', 'GET', '2016-08-19/account-settings', getAccountSettings),
  route('CreateEventSourceMapping', 'POST', MAPPINGS, createEventSourceMapping),
  route('ListEventSourceMappings', 'GET', MAPPINGS, listEventSourceMappings),
  route('GetEventSourceMapping', 'GET', MAPPING, async ({ mappings }, _, uuid) =>
    json(200, await mappings.get(uuid)),
  ),
  route('UpdateEventSourceMapping', 'PUT', MAPPING, updateEventSourceMapping),
  route('DeleteEventSourceMapping', 'DELETE', MAPPING, async ({ mappings }, _, uuid) =>
    json(202, await mappings.delete(uuid)),
  ),
  route('ListTags', 'GET', TAGS, (context, _, arn) => listTags(context, arn)),
  route('TagResource', 'POST', TAGS, tagResource),
  route('UntagResource', 'DELETE', TAGS, untagResource),
];
