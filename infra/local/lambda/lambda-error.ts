import { AwsError } from '../aws-json/aws-error.ts';
import { Violations } from '../aws-json/violations.ts';

/**
 * An error of the Lambda API: the name travels in `x-amzn-ErrorType`, the rest in the body.
 * https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html
 */
export class LambdaError extends AwsError {}

/** Whose fault it is. */
const BY_USER = { Type: 'User' };

/** A value that the API accepts by shape, yet refuses by meaning. */
export const invalidParameterValue = (message: string) =>
  new LambdaError('InvalidParameterValueException', 400, message, BY_USER);

/** The function, mapping or event source that was named does not exist. */
export const resourceNotFound = (message: string) =>
  new LambdaError('ResourceNotFoundException', 404, message, BY_USER);

export const noSuchMapping = () => resourceNotFound('The resource you requested does not exist.');

/** Of what the model need not have, and a stream needs. */
export const missingStartingPosition = () => {
  const violations = new Violations();
  violations.addMissing('startingPosition');
  return invalidParameterValue(`${violations.message}.`);
};

/** An event that is longer than `limitBytes`. */
export const requestTooLarge = (limitBytes: number) =>
  new LambdaError(
    'RequestTooLargeException',
    413,
    `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`,
    BY_USER,
  );

/** The same thing exists already, or is in a state that forbids the change. */
export const resourceConflict = (message: string) =>
  new LambdaError('ResourceConflictException', 409, message, BY_USER);

/** The thing is busy: a mapping that is being created, updated or deleted. */
export const resourceInUse = (message: string) => new LambdaError('ResourceInUseException', 400, message);

/** The API's answer to input outside the model's ranges, enums and patterns; all violations at once. */
export const validationFailure = (message: string) => new LambdaError('ValidationException', 400, message);
