/** An error of the CloudWatch Logs API. All but its own failures are 400. */
export class LogsError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
    this.name = type;
  }
}

export const invalidParameter = (message: string) => new LogsError('InvalidParameterException', message);
