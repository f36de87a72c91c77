import path from 'node:path';
import { isMade, membersOf, resolved, type Scope, UnresolvedError } from './intrinsics.ts';
import { destinationElsewhere } from './mapping-advice.ts';
import { nameOf, WITH_DESTINATIONS } from './resource-names.ts';
import { objectOf, type Resource, type Template } from './template-file.ts';

/** What a template has that runs here, in the members of AWS's own APIs. */
export interface TemplatePipeline {
  /** Of all that it has. */
  readonly region: string;
  readonly streams: readonly TemplateStream[];
  readonly buckets: readonly string[];
  readonly functions: readonly TemplateFunction[];
  readonly mappings: readonly TemplateMapping[];
  /** In words: what, and why. */
  readonly leftOut: readonly string[];
}

export interface TemplateStream {
  readonly name: string;
  readonly shards: number;
  readonly retentionHours: number;
}

export interface TemplateFunction {
  readonly name: string;
  readonly runtime: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** `inline`: the source; `asset`: a folder, a zip or a file; null: elsewhere. */
  readonly code: { readonly kind: 'inline' | 'asset'; readonly value: string } | null;
}

export interface TemplateMapping {
  /** In the template. */
  readonly id: string;
  /** CreateEventSourceMapping's members; the destination of failures is null where only a deployment knows it. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const MADE: ReadonlySet<string> = new Set([
  'AWS::Kinesis::Stream',
  'AWS::S3::Bucket',
  'AWS::Lambda::Function',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Serverless::Function',
]);
const RUNTIMES = /^(nodejs|python|provided)/;

/** Null where something cannot be told from the template, which is then said with `what` it was. */
type Attempt = <Made>(what: string, make: () => Made) => Made | null;

export function templatePipeline(
  templates: readonly Template[],
  account: { readonly region: string; readonly accountId: string },
): TemplatePipeline {
  const { accountId, region } = account;
  const scope: Scope = { ...account, templates, named: (template, id) => nameOf(template, id, scope) };
  const ofDestinations: Scope = {
    ...scope,
    named: (template, id) => nameOf(template, id, scope, WITH_DESTINATIONS),
  };
  /** Of an alias or a version, too: here a function has one version, the template's. */
  const unqualified = (functionName: unknown) =>
    String(functionName)
      .replace(`arn:aws:lambda:${region}:${accountId}:function:`, '')
      .replace(/^([^:]+):[\w$-]+$/, '$1');
  const streams: TemplateStream[] = [];
  const buckets: string[] = [];
  const functions: TemplateFunction[] = [];
  const mappings: TemplateMapping[] = [];
  const leftOut: string[] = [];
  const others = new Map<string, number>();

  const attempt: Attempt = (what, make) => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof UnresolvedError)) throw error;
      leftOut.push(`${what}: ${error.message}`);
      return null;
    }
  };
  const take = (template: Template, id: string, resource: Resource) => {
    const name = nameOf(template, id, scope)?.name ?? id;
    const value = (member: string) => resolved(resource.properties[member], template, scope);
    const settingsOf = (
      what: string,
      { DestinationConfig, ...properties }: Resource['properties'],
    ): TemplateMapping['settings'] => {
      const settings = plain(objectOf(resolved(properties, template, scope)));
      const known = attempt(`destination of ${what}`, () => [
        resolved(DestinationConfig, template, ofDestinations),
      ]);
      const [destination] = known ?? [{ OnFailure: { Destination: null } }];
      if (destination === undefined) return settings;
      const all = { ...settings, DestinationConfig: destination };
      const elsewhere = destinationElsewhere(all);
      if (elsewhere != null)
        leftOut.push(`destination of ${what}: failures go to S3 alone here, not to ${elsewhere}`);
      return all;
    };
    switch (resource.type) {
      case 'AWS::Kinesis::Stream':
        streams.push({
          name,
          shards: Number(value('ShardCount') ?? 1),
          retentionHours: Number(value('RetentionPeriodHours') ?? 24),
        });
        return;
      case 'AWS::S3::Bucket':
        buckets.push(name);
        return;
      case 'AWS::Lambda::EventSourceMapping': {
        const settings = settingsOf(`mapping ${id}`, resource.properties);
        if (/:kinesis:/.test(String(settings.EventSourceArn)))
          mappings.push({ id, settings: { ...settings, FunctionName: unqualified(settings.FunctionName) } });
        else leftOut.push(`mapping ${id}: its source is ${String(settings.EventSourceArn)}`);
        return;
      }
      default: {
        const made = functionOf(name, resource, template, scope, attempt);
        if (!RUNTIMES.test(made.runtime)) {
          const image = value('PackageType') === 'Image' ? 'a container image' : 'not given';
          leftOut.push(`function ${id}: its runtime is ${made.runtime || image}`);
          return;
        }
        functions.push(made);
        for (const [each, event] of Object.entries(membersOf(resource.properties.Events, template, scope))) {
          const { Properties, Type } = objectOf(event);
          attempt(`event ${each} of ${id}`, () => {
            if (Type === 'Kinesis') {
              const { Stream, ...settings } = settingsOf(`event ${each} of ${id}`, objectOf(Properties));
              mappings.push({
                id: `${id}${each}`,
                settings: { FunctionName: name, EventSourceArn: Stream, ...settings },
              });
            } else leftOut.push(`event ${each} of ${id}: ${String(Type)}`);
          });
        }
      }
    }
  };
  for (const template of templates) {
    for (const [id, resource] of template.resources) {
      const { condition, type } = resource;
      if (!MADE.has(type)) {
        others.set(type, (others.get(type) ?? 0) + 1);
        continue;
      }
      attempt(`${type} ${id}`, () => {
        if (isMade(resource, template, scope)) take(template, id, resource);
        else leftOut.push(`${type} ${id}: its condition ${condition} is not met`);
      });
    }
  }
  const named = new Set(functions.map(({ name }) => name));
  const isRunning = ({ settings }: TemplateMapping) => named.has(String(settings.FunctionName));
  return {
    region,
    streams,
    buckets,
    functions,
    mappings: mappings.filter(isRunning),
    leftOut: [
      ...leftOut,
      ...mappings
        .filter((each) => !isRunning(each))
        .map(({ id }) => `mapping ${id}: its function is not run here`),
      ...[...others].sort().map(([type, count]) => `${count} ${type}`),
    ],
  };
}

function functionOf(
  name: string,
  { properties }: Resource,
  template: Template,
  scope: Scope,
  attempt: Attempt,
): TemplateFunction {
  const value = (member: string) => resolved(properties[member], template, scope);
  const environment: Record<string, string> = {};
  const { Variables } = membersOf(properties.Environment, template, scope);
  for (const [variable, each] of Object.entries(membersOf(Variables, template, scope))) {
    attempt(`variable ${variable} of ${name}`, () => {
      const text = resolved(each, template, scope);
      if (text !== undefined) environment[variable] = String(text);
    });
  }
  return {
    name,
    runtime: String(value('Runtime') ?? ''),
    handler: String(value('Handler') ?? 'bootstrap'),
    timeoutSeconds: Number(value('Timeout') ?? 3),
    memoryMb: Number(value('MemorySize') ?? 128),
    environment,
    code: attempt(`code of ${name}`, () => codeOf(properties, template, scope)),
  };
}

function codeOf(
  { Code, CodeUri, InlineCode }: Resource['properties'],
  template: Template,
  scope: Scope,
): TemplateFunction['code'] {
  const { S3Key, ZipFile } = membersOf(Code, template, scope);
  const [inline, folder, key] = [ZipFile ?? InlineCode, CodeUri, S3Key].map((each) =>
    resolved(each, template, scope),
  );
  const beside = (place: string) => path.resolve(path.dirname(template.file), place);
  if (typeof inline === 'string') return { kind: 'inline', value: inline };
  if (typeof folder === 'string') return { kind: 'asset', value: beside(folder) };
  // An asset of the CDK: its key in the bucket is its folder's name in cdk.out.
  if (typeof key !== 'string') return null;
  return { kind: 'asset', value: beside(`asset.${path.basename(key).replace(/\.zip$/, '')}`) };
}

/** A template may write numbers and truth values as text, and the API does not take them so. */
function plain(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const values = Object.entries(settings).map(([name, value]) => {
    if (value === 'true' || value === 'false') return [name, value === 'true'];
    return [name, typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value];
  });
  return Object.fromEntries(values);
}
