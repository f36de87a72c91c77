import { AwsError } from '../aws-json/aws-error.ts';

/** An error of the CloudWatch Logs API. All but its own failures are 400. */
export class LogsError extends AwsError {
  constructor(type: string, message: string, status = 400) {
    super(type, status, message);
  }
}

export function invalidParameter(message: string): LogsError {
  return new LogsError('InvalidParameterException', message);
}
