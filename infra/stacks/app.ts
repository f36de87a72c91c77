import { ContextError } from './deployment.ts';
import { createPipelineApp } from './pipeline-app.ts';

/** What the CDK CLI runs (see cdk.json), in `infra/`. */
try {
  createPipelineApp({ env: process.env }).app.synth();
} catch (error) {
  if (!(error instanceof ContextError)) throw error;
  console.error(error.message);
  process.exit(1);
}
