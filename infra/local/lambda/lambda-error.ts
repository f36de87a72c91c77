/**
 * An error of the Lambda API, as the API model has it: the name travels in `x-amzn-ErrorType`, the rest in the body.
 * https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html
 */
export class LambdaError extends Error {
  constructor(
    /** AWS's exception name, such as `ResourceNotFoundException`. */
    readonly type: string,
    readonly status: number,
    message: string,
    /** Further members of the body, such as `Reason`. */
    readonly details: Readonly<Record<string, string | number>> = {},
  ) {
    super(message);
    this.name = type;
  }
}

/** Whose fault it is. */
const byUser = { Type: 'User' };

/** A value that the API accepts by shape, yet refuses by meaning. */
export const invalidParameterValue = (message: string) =>
  new LambdaError('InvalidParameterValueException', 400, message, byUser);

/** The function, mapping or event source that was named does not exist. */
export const resourceNotFound = (message: string) =>
  new LambdaError('ResourceNotFoundException', 404, message, byUser);

/** The same thing exists already, or is in a state that forbids the change. */
export const resourceConflict = (message: string) =>
  new LambdaError('ResourceConflictException', 409, message, byUser);

/** The thing is busy: a mapping that is being created, updated or deleted. */
export const resourceInUse = (message: string) => new LambdaError('ResourceInUseException', 400, message);

/** The API's answer to input outside the model's ranges, enums and patterns; all violations at once. */
export const validationFailure = (violations: readonly string[]) =>
  new LambdaError(
    'ValidationException',
    400,
    `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected: ${violations.join('; ')}`,
  );
