import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import { createPipelineApp, type PipelineApp } from '../../../infra/stacks/pipeline-app.ts';

type Value = string | number | boolean;

export interface Synthesized {
  readonly pipelineApp: PipelineApp;
  /** The folder of templates and assets. */
  readonly folder: string;
  readonly producer: Template;
  readonly analytics: Template;
}

export interface SynthesizeOptions {
  readonly context?: Readonly<Record<string, Value>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Bundles the functions too, which takes a second. */
  readonly bundle?: boolean;
  /** Has CDK check the templates against CloudFormation's schemas, which takes some seconds. */
  readonly validate?: boolean;
  readonly before?: (pipelineApp: PipelineApp) => void;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Both templates, as `npm run synth -- -c …` would write them. */
export function synthesize(options: SynthesizeOptions = {}): Synthesized {
  const folder = mkdtempSync(path.join(tmpdir(), 'synthesized-'));
  folders.push(folder);
  const pipelineApp = createPipelineApp({
    ...(options.env === undefined ? {} : { env: options.env }),
    app: {
      outdir: folder,
      builtinCloudFormationValidation: options.validate ?? false,
      context: { ...options.context, ...(options.bundle ? {} : { 'aws:cdk:bundling-stacks': [] }) },
    },
  });
  options.before?.(pipelineApp);
  pipelineApp.app.synth();
  return {
    pipelineApp,
    folder,
    producer: Template.fromStack(pipelineApp.producerStack),
    analytics: Template.fromStack(pipelineApp.analyticsStack),
  };
}

/** The one resource of a type, as its template states it. */
export function theResource(template: Template, type: string): { id: string; properties: Fields } {
  const found = Object.entries(template.findResources(type));
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`Expected one ${type}, got ${found.length}.`);
  }
  const [id, resource] = first;
  return { id, properties: fieldsOf(fieldsOf(resource).Properties) };
}

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null)
    throw new Error(`Expected an object, got ${String(value)}.`);
  return Object.fromEntries(Object.entries(value));
}
