import { isMade, type Named, resolved, type Scope } from './intrinsics.ts';
import type { Template } from './template-file.ts';

/** What other resources refer to, by type: its service, and the member that names it. */
const KINDS: Readonly<Record<string, readonly [service: string, member: string]>> = {
  'AWS::Kinesis::Stream': ['kinesis', 'Name'],
  'AWS::S3::Bucket': ['s3', 'BucketName'],
  'AWS::Lambda::Function': ['lambda', 'FunctionName'],
  'AWS::Serverless::Function': ['lambda', 'FunctionName'],
  'AWS::Lambda::Alias': ['alias', 'FunctionName'],
  'AWS::Lambda::Version': ['alias', 'FunctionName'],
  'AWS::IAM::Role': ['iam', 'RoleName'],
};

/** And what failures may go to. It is not made here, and no function is told of it. */
export const WITH_DESTINATIONS: typeof KINDS = {
  ...KINDS,
  'AWS::SNS::Topic': ['sns', 'TopicName'],
  'AWS::SQS::Queue': ['sqs', 'QueueName'],
};

/** As CloudFormation, a name that the service takes; the end of a logical id of the CDK's tells it from others. */
function madeName(service: string, id: string): string {
  if (service === 'lambda') return id.slice(-64);
  if (service === 's3') return (id.length < 3 ? `bucket-${id}` : id).slice(-63);
  return id;
}

/** By the name that it is given, or by its logical id. Null for what is not made, and for what has no name of use here. */
export function nameOf(template: Template, id: string, scope: Scope, kinds = KINDS): Named | null {
  const resource = template.resources.get(id);
  const [service, member] = kinds[resource?.type ?? ''] ?? [];
  if (resource === undefined || service === undefined || member === undefined) return null;
  if (!isMade(resource, template, scope)) return null;
  const name = String(resolved(resource.properties[member], template, scope) ?? madeName(service, id));
  const { accountId, region } = scope;
  switch (service) {
    case 'kinesis':
      return { name, arn: `arn:aws:kinesis:${region}:${accountId}:stream/${name}` };
    case 's3': {
      const bucket = name.toLowerCase().slice(0, 63);
      return { name: bucket, arn: `arn:aws:s3:::${bucket}` };
    }
    case 'iam':
      return { name, arn: `arn:aws:iam::${accountId}:role/${name}` };
    case 'sqs': {
      const arn = `arn:aws:sqs:${region}:${accountId}:${name}`;
      return { name: `https://sqs.${region}.amazonaws.com/${accountId}/${name}`, arn };
    }
    case 'sns': {
      const arn = `arn:aws:sns:${region}:${accountId}:${name}`;
      return { name: arn, arn };
    }
    case 'alias': {
      const arn = `arn:aws:lambda:${region}:${accountId}:function:${name.split(':').at(-1)}`;
      return { name: arn, arn };
    }
    default:
      return { name, arn: `arn:aws:lambda:${region}:${accountId}:function:${name}` };
  }
}
