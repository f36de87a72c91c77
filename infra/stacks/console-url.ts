import { Aws } from 'aws-cdk-lib';

export function functionConsoleUrl(functionName: string): string {
  return `https://console.aws.amazon.com/lambda/home?region=${Aws.REGION}#/functions/${functionName}?tab=code`;
}

export function bucketConsoleUrl(bucketName: string): string {
  return `https://console.aws.amazon.com/s3/buckets/${bucketName}?region=${Aws.REGION}`;
}

export function dashboardConsoleUrl(dashboardName: string): string {
  return `https://console.aws.amazon.com/cloudwatch/home?region=${Aws.REGION}#dashboards/dashboard/${dashboardName}`;
}
