/** What an operation refuses, by the name that its API model gives it. Thrown anywhere; only a service's edge renders it. */
export class AwsError extends Error {
  constructor(
    /** AWS's exception name, such as `ResourceNotFoundException`. */
    readonly type: string,
    /** HTTP's. */
    readonly status: number,
    message = '',
    /** Further members of the body, such as `Reason`. */
    readonly details: Readonly<Record<string, string | number>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = type;
  }
}

/**
 * The body of an error but for its name, which JSON 1.1 has beside it and REST JSON in a header. The models spell the
 * message's member both ways: `capitalised` names the types that have it with a capital letter.
 */
export function errorBody(
  error: AwsError,
  capitalised: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  if (error.message === '') return error.details;
  return { ...error.details, [capitalised.has(error.type) ? 'Message' : 'message']: error.message };
}
