/**
 * The payloads of failed invocations, as AWS words them.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 */
const payload = (errorType: string, errorMessage: string) => JSON.stringify({ errorType, errorMessage });

/** The handler took longer than the function's timeout. */
export const timedOut = (requestId: string, seconds: number) =>
  payload(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
  );

/** The sandbox ended in mid-invocation: `process.exit`, or a crash outside the handler's reach. `how`: `exit status 1`. */
export const exited = (requestId: string, how: string | null) =>
  payload(
    'Runtime.ExitError',
    `RequestId: ${requestId} Error: Runtime exited ${how === null ? 'without providing a reason' : `with error: ${how}`}`,
  );

/** The heap outgrew the function's memory. */
export const outOfMemory = (requestId: string) =>
  payload('Runtime.OutOfMemory', `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`);

/** The source does not bundle: a syntax error, or an import that leads nowhere. */
export const notBundled = ({
  errorType,
  message,
}: {
  readonly errorType: string;
  readonly message: string;
}) => payload(errorType, message);

/** The answer does not fit into Lambda's 6 MB (and 100 bytes). */
export const responseTooLarge = () =>
  payload(
    'Function.ResponseSizeTooLarge',
    'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
  );

/** Asked for by whoever wants to see what a failure does; the handler did not run. */
export const injectedError = () =>
  payload('InjectedError', 'This failure was asked for; the handler did not run.');
