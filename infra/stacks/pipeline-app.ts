import { App, type AppProps, DefaultStackSynthesizer } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { AnalyticsStack } from './analytics-stack.ts';
import { type Deployment, deploymentOf } from './deployment.ts';
import { PageStack } from './page-stack.ts';
import { ProducerStack } from './producer-stack.ts';

export interface PipelineApp {
  readonly app: App;
  readonly deployment: Deployment;
  readonly producerStack: ProducerStack;
  readonly analyticsStack: AnalyticsStack;
  /** Null when the page is not hosted. */
  readonly pageStack: PageStack | null;
}

/** The stacks, for whatever account and region deploys them. Throws ContextError. */
export function createPipelineApp(
  options: { readonly env?: Readonly<Record<string, string | undefined>>; readonly app?: AppProps } = {},
): PipelineApp {
  const app = new App({
    analyticsReporting: false,
    treeMetadata: false,
    stackTraces: false,
    // The rules run in the tests, over every kind of deployment: here they would double the time.
    builtinCloudFormationValidation: false,
    // Without the parameter and the rule for the bootstrap's version, which the CLI checks anyhow: what is left is plain
    // CloudFormation, and deploys wherever that is spoken.
    // @ts-expect-error CDK's class does not fit CDK's interface under exactOptionalPropertyTypes.
    defaultStackSynthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
    ...options.app,
    postCliContext: {
      ...CURRENTLY_RECOMMENDED_FLAGS,
      // Exports and Fn::ImportValue, so that the stream cannot be deleted from under its reader. CDK's recommendation,
      // "weak", takes an intrinsic function that little but CloudFormation itself knows.
      '@aws-cdk/core:defaultCrossStackReferences': 'strong',
    },
  });
  const deployment = deploymentOf((name) => app.node.tryGetContext(name), options.env);
  const producerStack = new ProducerStack(app, deployment);
  const analyticsStack = new AnalyticsStack(app, deployment, producerStack);
  const pageStack =
    deployment.page === null ? null : new PageStack(app, deployment, deployment.page, analyticsStack);
  return { app, deployment, producerStack, analyticsStack, pageStack };
}
