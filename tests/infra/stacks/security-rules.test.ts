import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import type { PipelineApp } from '../../../infra/stacks/pipeline-app.ts';
import { synthesize } from './synthesized.ts';

const DEPLOYMENTS: readonly Readonly<Record<string, string>>[] = [
  {},
  { stage: 'dev', shards: '2', windowSeconds: '10' },
  { mode: 'on-demand', reservedConcurrency: '5' },
  { alarmTopic: 'arn:aws:sns:eu-west-1:123456789012:operators', alarmAbove: '100000' },
  { ephemeral: 'true' },
  { versioned: 'true' },
  { page: 'true', pageBundle: 'none' },
];

const addRules = ({ app }: PipelineApp) => Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

const reportOf = (folder: string): unknown =>
  JSON.parse(readFileSync(path.join(folder, 'validation-report.json'), 'utf8')).pluginReports ?? [];

describe("cdk-nag's AwsSolutions", () => {
  test.each(DEPLOYMENTS)('find nothing that is not acknowledged: %j', (context) => {
    // A finding would end the synthesis.
    const { folder } = synthesize({ context, before: addRules });
    expect(reportOf(folder)).toEqual([]);
  });

  test('would find a bucket without encryption in transit', () => {
    expect(() =>
      synthesize({
        before: (pipelineApp) => {
          addRules(pipelineApp);
          new Bucket(pipelineApp.analyticsStack, 'Careless');
        },
      }),
    ).toThrow('Careless/Resource');
  });
});

test("CloudFormation's own schemas find nothing", { timeout: 120_000 }, () => {
  const { folder } = synthesize({ validate: true });
  expect(reportOf(folder)).toEqual([]);
});

test('every acknowledgement has its reason', () => {
  const { analyticsStack, producerStack, pageStack } = synthesize({
    context: { page: 'true', pageBundle: 'none' },
  }).pipelineApp;
  const reasons = [analyticsStack, producerStack, ...(pageStack === null ? [] : [pageStack])]
    .flatMap((stack) => stack.node.findAll())
    .flatMap((construct) => construct.node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .map(({ data }) => JSON.stringify(data));
  expect(reasons.length).toBeGreaterThan(0);
  for (const reason of reasons) expect(reason).toMatch(/(AwsSolutions-|Annotation::).*":"\w[^"]{40,}\."/);
});

const cfnLint = spawnSync('cfn-lint', ['--version'], { encoding: 'utf8' });

test.skipIf(cfnLint.status !== 0)(
  'cfn-lint finds nothing, where it is installed',
  { timeout: 120_000 },
  () => {
    // An ephemeral one and a hosted page have functions of CDK's own making, which cfn-lint would word otherwise.
    const templates = DEPLOYMENTS.filter(
      ({ ephemeral, page }) => ephemeral === undefined && page === undefined,
    ).map((context) => path.join(synthesize({ context }).folder, '*.template.json'));
    const { stdout, status } = spawnSync('cfn-lint', templates, { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  },
);
