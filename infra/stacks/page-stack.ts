import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Aws, CfnOutput, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  WebFunction,
  WebFunctionAuthType,
  WebFunctionCode,
  WebFunctionRuntime,
} from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, LogGroup, MetricFilter, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { logGroupOf, METRICS_NAMESPACE } from '../../lib/core/invocation-log.ts';
import { SETTINGS } from '../../lib/core/setting-names.ts';
import type { AnalyticsStack } from './analytics-stack.ts';
import type { Deployment, HostedPage } from './deployment.ts';

/** More than a handful of people is no demo; and what the endpoint takes at the most, somebody pays. */
const MAX_ENVIRONMENTS = 4;
const REQUESTS_A_SECOND = 200;

/** The dashboard as a Lambda web function: public, and it signs people in itself. */
export class PageStack extends Stack {
  constructor(scope: Construct, deployment: Deployment, hosted: HostedPage, analytics: AnalyticsStack) {
    const { names, windowSeconds, alarmTopicArn } = deployment;
    super(scope, names.pageStack, { description: 'Streaming analytics: the dashboard, hosted' });

    const password = new Secret(this, 'Password', {
      description: 'Who knows it may watch and sell. Add "watchPassword" for those who may only watch.',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'password',
        passwordLength: 24,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(password).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'A person signs in with it: it is changed by who gives it out, and a change ends every session.',
    });
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: logGroupOf(names.page),
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'What the hosted dashboard may do',
      managedPolicies: [
        analytics.pagePolicies.page,
        ...(hosted.diagnostics ? [analytics.pagePolicies.diagnostics] : []),
      ],
      inlinePolicies: {
        page: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['secretsmanager:GetSecretValue'],
              resources: [password.secretArn],
            }),
            new PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [logGroup.logGroupArn],
            }),
          ],
        }),
      },
    });
    const copyLogs = new LogGroup(this, 'CopyLogs', {
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const page = new WebFunction(this, 'Page', {
      webFunctionName: names.page,
      code: WebFunctionCode.fromAssetToManagedBucket(hosted.bundle ?? emptyBundle(), {
        copyOptions: { logGroup: copyLogs },
      }),
      runtime: WebFunctionRuntime.NODEJS_24_X,
      entryPoint: 'server.js',
      role,
      logGroup,
      timeout: Duration.seconds(60),
      environment: {
        // A web function takes no reference to another stack here, and makes none of it.
        [SETTINGS.bucket]: analytics.bucketNameExport,
        [SETTINGS.stream]: names.stream,
        [SETTINGS.producer]: names.producer,
        [SETTINGS.consumer]: names.consumer,
        [SETTINGS.windowSeconds]: String(windowSeconds),
        [SETTINGS.passwordSecret]: password.secretArn,
      },
      defaultEndpointAuth: WebFunctionAuthType.APPLICATION_MANAGED,
      defaultEndpoint: { maxEnvironments: MAX_ENVIRONMENTS, rateLimit: REQUESTS_A_SECOND },
    });

    this.#acknowledge();

    const errors = new MetricFilter(this, 'Errors', {
      logGroup,
      filterPattern: FilterPattern.anyTerm('ERROR', 'Error'),
      metricNamespace: METRICS_NAMESPACE,
      metricName: `PageErrors-${names.page}`,
    }).metric({ statistic: 'Sum', period: Duration.minutes(5) });
    const alarm = new Alarm(this, 'PageErrors', {
      alarmName: `${names.page}-PageErrors`,
      alarmDescription: 'The hosted dashboard logged errors. Its log says which.',
      metric: errors,
      threshold: 0,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (alarmTopicArn !== null) {
      alarm.addAlarmAction(new SnsAction(Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn)));
    }

    new CfnOutput(this, 'PageUrl', { value: `https://${page.endpoint.domainName}` });
    new CfnOutput(this, 'PagePasswordSecret', {
      value: password.secretArn,
      description: 'Where the password is',
    });
    new CfnOutput(this, 'PagePasswordCommand', {
      value: `aws secretsmanager get-secret-value --query SecretString --output text --region ${Aws.REGION} --secret-id ${password.secretArn}`,
    });
  }

  #acknowledge(): void {
    for (const [id, reason] of [
      [
        'AwsSolutions-S1',
        'The bucket of the code, which CDK makes, is read by Lambda alone: there is no access to log.',
      ],
      [
        'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
        COPIES,
      ],
      ['AwsSolutions-IAM5[Action::s3:Abort*]', COPIES],
      ['AwsSolutions-IAM5[Action::s3:DeleteObject*]', COPIES],
      [
        'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*]',
        COPIES,
      ],
      ['AwsSolutions-IAM5[Resource::<AWSCDKWebFunctionAssetBucket5B596593.Arn>/web-function/*]', COPIES],
      [
        'Annotation::@aws-cdk/aws-lambda:webFunctionPublicEndpoint',
        'The page signs people in itself: every route asks for a session, and a test asks every route.',
      ],
    ] as const) {
      Validations.of(this).acknowledge({ id, reason });
    }
  }
}

const COPIES =
  'CDK makes the function that copies the code to where Lambda reads it; it runs on a deployment alone.';

/** To remove the stack, CloudFormation needs no code; CDK wants a folder all the same. */
function emptyBundle(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'page-'));
  writeFileSync(path.join(folder, 'server.js'), '');
  return folder;
}
