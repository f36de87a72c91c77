import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { synthesize, theResource } from './synthesized.ts';

const context = { page: 'true', pageBundle: 'none', stage: 'dev' };

function pageOf(more: Readonly<Record<string, string>> = {}): Template {
  const { pageStack } = synthesize({ context: { ...context, ...more } }).pipelineApp;
  if (pageStack === null) throw new Error('Expected a stack of the page, got none.');
  return Template.fromStack(pageStack);
}

const page = pageOf();

test('without -c page there is no stack of the page', () => {
  expect(synthesize().pipelineApp.pageStack).toBeNull();
});

test('the page is a web function that signs people in itself, bounded in what it can cost', () => {
  page.hasResourceProperties('AWS::Lambda::WebFunctionRevision', {
    BuildConfig: { RuntimeConfig: { Runtime: 'nodejs24.x' } },
    ServiceConfig: {
      TimeoutSeconds: 60,
      EnvironmentVariables: { AWS_LAMBDA_NODEJS_ENTRYPOINT: 'server.js', STREAM_NAME: 'data_pipe-dev' },
    },
  });
  page.hasResourceProperties('AWS::Lambda::WebFunctionEndpoint', {
    AuthType: 'ApplicationManaged',
    ScalingConfig: { MaxEnvironments: 4 },
    ThrottleConfig: { RateLimit: 200 },
  });
});

test('its password is made once, and is no setting that can be read', () => {
  page.hasResource('AWS::SecretsManager::Secret', { DeletionPolicy: 'Delete' });
  const text = JSON.stringify(page.toJSON());
  expect(text).toContain('DASHBOARD_PASSWORD_SECRET');
  expect(text).not.toMatch(/resolve:secretsmanager/);
});

test('what it imports is exported without it too, so that the others go on being deployed as they please', () => {
  const exported = JSON.stringify(synthesize({ context: { stage: 'dev' } }).analytics.findOutputs('*'));
  const imports = JSON.stringify(pageOf({ pageDiagnostics: 'true' }).toJSON()).matchAll(
    /"Fn::ImportValue":"([^"]+)"/g,
  );
  const names = [...new Set(Array.from(imports, ([, name]) => name))];
  expect(names).toHaveLength(3);
  for (const name of names) expect(exported).toContain(`"Name":"${name}"`);
});

test('its role is the page policy, its secret and its log, and diagnostics only when told so', () => {
  const roles = (template: Template) =>
    Object.values(template.findResources('AWS::IAM::Role')).filter((role) =>
      JSON.stringify(role).includes('What the hosted dashboard may do'),
    );
  const [role] = roles(page);
  expect(role?.Properties.ManagedPolicyArns).toHaveLength(1);
  expect(JSON.stringify(role?.Properties.Policies)).toMatch(
    /secretsmanager:GetSecretValue.*logs:PutLogEvents/,
  );
  expect(JSON.stringify(role?.Properties.Policies)).not.toContain('"*"');
  const [diagnosing] = roles(pageOf({ pageDiagnostics: 'true' }));
  expect(diagnosing?.Properties.ManagedPolicyArns).toHaveLength(2);
});

test('errors in its log raise an alarm', () => {
  const { properties } = theResource(page, 'AWS::Logs::MetricFilter');
  page.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: Match.stringLikeRegexp('PageErrors'),
    Threshold: 0,
  });
  expect(JSON.stringify(properties)).toContain('PageErrors-tumbling-window-page-dev');
});

test('everything in it goes with it', () => {
  const kept = Object.entries(page.toJSON().Resources).filter(([, resource]) =>
    JSON.stringify(resource).includes('"DeletionPolicy":"Retain'),
  );
  expect(kept).toEqual([]);
});

test('it says where it is, and where its password is', () => {
  expect(Object.keys(page.findOutputs('*')).sort()).toEqual([
    'PagePasswordCommand',
    'PagePasswordSecret',
    'PageUrl',
  ]);
});
