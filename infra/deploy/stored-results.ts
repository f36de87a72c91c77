import {
  CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { limitedCalls } from './limited-calls.ts';

/** The outputs of a stack; null when there is no such stack. */
export async function stackOutputs(
  region: string,
  stackName: string,
): Promise<ReadonlyMap<string, string> | null> {
  const client = new CloudFormationClient(limitedCalls(region));
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const outputs = Stacks?.[0]?.Outputs ?? [];
    return new Map(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  } catch (error) {
    if (error instanceof CloudFormationServiceException && /does not exist/.test(error.message)) return null;
    throw error;
  } finally {
    client.destroy();
  }
}

export async function bucketExists(region: string, bucket: string): Promise<boolean> {
  const s3 = new S3Client(limitedCalls(region));
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    // An answer to HEAD has no body: only its status says that there is no such bucket.
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return false;
    throw error;
  } finally {
    s3.destroy();
  }
}

/** Deletes a bucket and all that is in it; returns how many objects that were. */
export async function deleteBucket(region: string, bucket: string): Promise<number> {
  const s3 = new S3Client(limitedCalls(region));
  let count = 0;
  try {
    for (;;) {
      // Always the first page: what it held is gone by the next time.
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
      const keys = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
      if (keys.length === 0) break;
      const { Errors = [] } = await s3.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys, Quiet: true } }),
      );
      const [first] = Errors;
      if (first !== undefined) {
        throw new Error(
          `${first.Key ?? 'An object'} of ${bucket} was not deleted: ${first.Message ?? first.Code ?? 'no reason given'}`,
        );
      }
      count += keys.length;
    }
    await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
    return count;
  } finally {
    s3.destroy();
  }
}
