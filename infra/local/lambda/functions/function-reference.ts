import { checkLength, mustMatch, Violations } from '../../aws-json/violations.ts';
import { invalidParameterValue, LambdaError, resourceNotFound, validationFailure } from '../lambda-error.ts';
import type { Account } from './function-definition.ts';

/** A function as a caller names it. */
export interface FunctionReference {
  readonly name: string;
  /** `$LATEST`, a version or an alias; null when the caller named none. */
  readonly qualifier: string | null;
}

/** The API model's own patterns: a name, a partial ARN or a whole one, each maybe with a qualifier. */
const NAME_PATTERN =
  /^(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?(?:((?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_.]+)(?::(\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/;
const SHOWN_NAME_PATTERN =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?' +
  '(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?';
const QUALIFIER_PATTERN = /^(?:\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_$]+)$/;
const SHOWN_QUALIFIER_PATTERN = '\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+';

/**
 * Reads what a caller named, and refuses what lies outside this account and region.
 * Throws LambdaError ValidationException, InvalidParameterValueException, ResourceNotFoundException (another region),
 * AccessDeniedException (another account).
 */
export function functionReference(
  account: Account,
  text: string,
  givenQualifier: string | null = null,
): FunctionReference {
  const match = NAME_PATTERN.exec(text);
  const violations = new Violations();
  if (givenQualifier !== null && givenQualifier.length > 128) {
    checkLength(givenQualifier.length, { max: 128 }, (constraint) =>
      violations.add(`'${givenQualifier}'`, 'qualifier', constraint),
    );
  } else if (givenQualifier !== null && !QUALIFIER_PATTERN.test(givenQualifier)) {
    violations.add(`'${givenQualifier}'`, 'qualifier', mustMatch(SHOWN_QUALIFIER_PATTERN));
  }
  const [, region, accountId, name, ownQualifier] = match ?? [];
  if (name === undefined) violations.add(`'${text}'`, 'functionName', mustMatch(SHOWN_NAME_PATTERN));
  if (name === undefined || violations.message !== null) throw validationFailure(violations.message ?? '');
  if (ownQualifier !== undefined && givenQualifier !== null && ownQualifier !== givenQualifier) {
    throw invalidParameterValue(
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  }
  if (region !== undefined && region !== account.region) {
    throw resourceNotFound(
      `Functions from '${region}' are not reachable in this region ('${account.region}')`,
    );
  }
  if (accountId !== undefined && accountId !== account.accountId) {
    throw new LambdaError(
      'AccessDeniedException',
      403,
      `User: arn:aws:iam::${account.accountId}:user/local is not authorized to perform this action on resource: ${text}`,
    );
  }
  return { name, qualifier: ownQualifier ?? givenQualifier };
}

export const functionArn = (account: Account, { name, qualifier }: FunctionReference) =>
  `arn:aws:lambda:${account.region}:${account.accountId}:function:${name}${qualifier === null ? '' : `:${qualifier}`}`;
