import { KinesisError } from './kinesis-error.ts';

/** https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export function shardLimitError(
  account: { readonly accountId: string; readonly region: string; readonly shardLimit: number },
  current: number,
  additional: number,
): KinesisError {
  return new KinesisError(
    'LimitExceededException',
    `This request would exceed the shard limit for the account ${account.accountId} in ${account.region}. ` +
      `Current shard count for the account: ${current}. Limit: ${account.shardLimit}. ` +
      `Number of additional shards that would have resulted from this request: ${additional}. ` +
      'Refer to the AWS Service Limits page ' +
      '(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) ' +
      'for current limits and how to request higher limits.',
  );
}
