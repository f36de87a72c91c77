import type { HttpRequest, HttpResponse } from '../../http/http.ts';
import { ACCOUNT_CONCURRENCY, type FunctionPool } from '../functions/function-pool.ts';
import { functionReference } from '../functions/function-reference.ts';
import { invalidParameterValue, LambdaError } from '../lambda-error.ts';
import { Constraints } from './constraints.ts';
import { bodyOf } from './json-text.ts';
import type { LambdaContext } from './lambda-context.ts';
import { json, NO_CONTENT } from './rest-route.ts';

/** What must stay free for functions without a reservation. */
const LEAST_UNRESERVED = 100;

/** 0 stops the function. https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html */
export function putFunctionConcurrency(
  context: LambdaContext,
  request: HttpRequest,
  name: string,
): HttpResponse {
  const { pool, created } = context;
  const constraints = new Constraints(bodyOf(request));
  const limit = constraints.required(
    'ReservedConcurrentExecutions',
    constraints.integer('ReservedConcurrentExecutions', 0),
  );
  constraints.check();
  const found = unqualified(pool, name, '$LATEST');
  let others = 0;
  for (const definition of pool.functions) {
    if (definition.name !== found) others += pool.reservedConcurrency(definition.name) ?? 0;
  }
  // Stopping a function is always possible.
  if (limit !== undefined && limit > 0 && ACCOUNT_CONCURRENCY - others - limit < LEAST_UNRESERVED) {
    throw new LambdaError(
      'InvalidParameterValueException',
      400,
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution " +
        `below its minimum value of [${LEAST_UNRESERVED}].`,
    );
  }
  pool.reserveConcurrency(found, limit ?? null);
  created.keepWhatPoolHas(found);
  return json(200, { ReservedConcurrentExecutions: limit });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html */
export function getFunctionConcurrency({ pool }: LambdaContext, name: string): HttpResponse {
  const limit = pool.reservedConcurrency(unqualified(pool, name));
  return json(200, limit === null ? {} : { ReservedConcurrentExecutions: limit });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html */
export function deleteFunctionConcurrency({ pool, created }: LambdaContext, name: string): HttpResponse {
  const found = unqualified(pool, name);
  pool.reserveConcurrency(found, null);
  created.keepWhatPoolHas(found);
  return NO_CONTENT;
}

/** The name of a function that exists. A reservation belongs to the function, not to one of its versions. */
function unqualified(pool: FunctionPool, text: string, shownQualifier: string | null = null): string {
  const reference = functionReference(pool.account, text);
  if (reference.qualifier !== null) {
    throw invalidParameterValue(
      'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. ' +
        'Please specify either a function name or an unqualified function ARN.',
    );
  }
  return pool.find({ name: reference.name, qualifier: shownQualifier }).name;
}
