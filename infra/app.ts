import { ContextError } from './stacks/deployment.ts';
import { createPipelineApp } from './stacks/pipeline-app.ts';

/** What the CDK CLI runs (see cdk.json), in this folder. */
try {
  createPipelineApp({ env: process.env }).app.synth();
} catch (error) {
  if (!(error instanceof ContextError)) throw error;
  console.error(error.message);
  process.exit(1);
}
