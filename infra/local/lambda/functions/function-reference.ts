import { validationFailure } from '../lambda-error.ts';
import type { Account } from './function-definition.ts';

/** A function as a caller names it. */
export interface FunctionReference {
  readonly name: string;
  readonly qualifier: string | undefined;
}

/** The API model's own pattern: a name, a partial ARN or a whole one, each maybe with a qualifier. */
const pattern =
  /^(arn:(?:aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(?:-[a-z]+)+-\d:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_.]+)(?::(\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/;

const shownPattern =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?' +
  '(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?';

/** @throws LambdaError ValidationException for what cannot name a function */
export function functionReference(text: string): FunctionReference {
  const match = pattern.exec(text);
  const name = match?.[5];
  if (name === undefined) {
    throw validationFailure([
      `Value '${text}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${shownPattern}`,
    ]);
  }
  return { name, qualifier: match?.[6] };
}

export const functionArn = (account: Account, { name, qualifier }: FunctionReference) =>
  `arn:aws:lambda:${account.region}:${account.accountId}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
