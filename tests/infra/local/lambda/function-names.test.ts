import { GetFunctionCommand, InvokeCommand, LambdaServiceException } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionOf, openLambda } from './local-lambda.ts';

let opened: Awaited<ReturnType<typeof openLambda>>;
beforeAll(async () => {
  opened = await openLambda([functionOf('my-function')]);
});
afterAll(() => opened.close());

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function';

const NAME_PATTERN =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?';
const invalidName = (name: string) =>
  `Value '${name}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${NAME_PATTERN}`;
const longQualifier = `Value '${'a'.repeat(129)}' at 'qualifier' failed to satisfy constraint: Member must have length less than or equal to 128`;
const one = (violation: string) => `1 validation error detected: ${violation}`;

async function refusal(sent: Promise<unknown>) {
  const error = await sent.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof LambdaServiceException)) throw new Error(`Expected a refusal, got ${String(error)}`);
  return [error.name, error.message];
}

/** Both operations read a name alike; they differ only in how they call a function that is not there. */
test.each([
  ['a wild card', '*', undefined, 'ValidationException', one(invalidName('*'))],
  [
    'a forbidden character',
    'my-function!',
    undefined,
    'ValidationException',
    one(invalidName('my-function!')),
  ],
  [
    'a qualifier with a forbidden character',
    'my-function',
    'invalid!',
    'ValidationException',
    one(
      "Value 'invalid!' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: \\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+",
    ),
  ],
  ['a qualifier that is too long', 'my-function', 'a'.repeat(129), 'ValidationException', one(longQualifier)],
  [
    'a wrong account in a partial ARN',
    'invalid-account:function:my-function',
    undefined,
    'ValidationException',
    one(invalidName('invalid-account:function:my-function')),
  ],
  [
    'a region that there is not',
    'arn:aws:lambda:invalid-region:000000000000:function:my-function',
    undefined,
    'ValidationException',
    one(invalidName('arn:aws:lambda:invalid-region:000000000000:function:my-function')),
  ],
  [
    'the ARN of something else',
    'arn:aws:ec2:us-east-1:000000000000:instance:i-1',
    undefined,
    'ValidationException',
    one(invalidName('arn:aws:ec2:us-east-1:000000000000:instance:i-1')),
  ],
  [
    'a wrong name and a wrong qualifier: both are told',
    'my-function!',
    'a'.repeat(129),
    'ValidationException',
    `2 validation errors detected: ${longQualifier}; ${invalidName('my-function!')}`,
  ],
  [
    'two qualifiers in an ARN',
    `${ARN}:my-function:1:2`,
    undefined,
    'ValidationException',
    one(invalidName(`${ARN}:my-function:1:2`)),
  ],
  [
    'a partial ARN with something after it',
    'function:my-function:$LATEST:extra',
    undefined,
    'ValidationException',
    one(invalidName('function:my-function:$LATEST:extra')),
  ],
  [
    'an ARN without a region',
    'arn:aws:lambda::000000000000:function:my-function',
    undefined,
    'ValidationException',
    one(invalidName('arn:aws:lambda::000000000000:function:my-function')),
  ],
  [
    'a misspelled $LATEST in an ARN',
    `${ARN}:my-function:$LATES`,
    undefined,
    'ValidationException',
    one(invalidName(`${ARN}:my-function:$LATES`)),
  ],
  [
    'an ARN and another qualifier',
    `${ARN}:my-function:$LATEST`,
    '1',
    'InvalidParameterValueException',
    'The derived qualifier from the function name does not match the specified qualifier.',
  ],
  [
    '$latest in lower case',
    'my-function',
    '$latest',
    'ResourceNotFoundException',
    `Function not found: ${ARN}:my-function:$latest`,
  ],
  [
    'a version that there is not',
    'my-function',
    '1221',
    'ResourceNotFoundException',
    `Function not found: ${ARN}:my-function:1221`,
  ],
  [
    'another region',
    'arn:aws:lambda:eu-west-1:000000000000:function:my-function',
    undefined,
    'ResourceNotFoundException',
    "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
  ],
])('%s is refused in the words of AWS', async (_, FunctionName, Qualifier, name, message) => {
  const input = { FunctionName, ...(Qualifier === undefined ? {} : { Qualifier }) };
  expect(await refusal(opened.client.send(new GetFunctionCommand(input)))).toEqual([name, message]);
  expect(await refusal(opened.client.send(new InvokeCommand(input)))).toEqual([name, message]);
});

test.each([
  ['a name of 65 characters', 'a'.repeat(65), 'a'.repeat(65)],
  ['the word function', `${ARN.replace(':function', '')}:function`, 'function'],
])('%s is no function; Invoke says which version it looked for', async (_, FunctionName, name) => {
  expect(await refusal(opened.client.send(new GetFunctionCommand({ FunctionName })))).toEqual([
    'ResourceNotFoundException',
    `Function not found: ${ARN}:${name}`,
  ]);
  expect(await refusal(opened.client.send(new InvokeCommand({ FunctionName })))).toEqual([
    'ResourceNotFoundException',
    `Function not found: ${ARN}:${name}:$LATEST`,
  ]);
});
