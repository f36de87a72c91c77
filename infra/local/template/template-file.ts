import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type CollectionTag, parse, type ScalarTag, type Tags } from 'yaml';
import { UsageError } from '../usage-error.ts';

/** A CloudFormation template, as it is written. */
export interface Template {
  readonly file: string;
  readonly resources: ReadonlyMap<string, Resource>;
  /** Defaults by name; null for what is given at a deployment. */
  readonly parameters: ReadonlyMap<string, unknown>;
  /** Expressions by name. */
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, unknown>>;
  readonly exports: readonly Export[];
}

/** An output that other templates import; both may be expressions. */
export interface Export {
  readonly name: unknown;
  readonly value: unknown;
  readonly condition: string | null;
}

export interface Resource {
  readonly type: string;
  /** The name of the condition under which it is made; null: always. */
  readonly condition: string | null;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A template's file in JSON or YAML, or the folder of a cloud assembly (`cdk.out`) with all of its stacks. Throws UsageError. */
export function readTemplates(place: string): Template[] {
  if (!existsSync(place))
    throw new UsageError(`Expected a template's file or a cdk.out folder, got "${place}".`);
  if (!statSync(place).isDirectory()) return [readTemplate(place)];
  const files = readdirSync(place).filter((name) => name.endsWith('.template.json'));
  if (files.length === 0) throw new UsageError(`Expected ${place} to hold synthesized templates, got none.`);
  return files.sort().map((name) => readTemplate(path.join(place, name)));
}

function readTemplate(file: string): Template {
  const value = objectOf(parsed(file));
  const resources = objectOf(value.Resources);
  if (Object.keys(resources).length === 0)
    throw new UsageError(`Expected ${file} to have Resources, got none.`);
  return {
    file,
    resources: new Map(
      Object.entries(resources).map(([id, resource]) => {
        const { Condition, Properties, Type } = objectOf(resource);
        const type = String(Type ?? id); // a loop of a macro's, `Fn::ForEach::…`, has none
        const own = objectOf(Properties);
        const properties = type === 'AWS::Serverless::Function' ? withGlobals(own, value.Globals) : own;
        return [id, { type, condition: conditionIn(Condition), properties }];
      }),
    ),
    parameters: new Map(
      Object.entries(objectOf(value.Parameters)).map(([name, parameter]) => [name, defaultOf(parameter)]),
    ),
    conditions: objectOf(value.Conditions),
    mappings: objectOf(value.Mappings),
    exports: Object.values(objectOf(value.Outputs)).map((output) => {
      const { Condition, Export, Value } = objectOf(output);
      return { name: objectOf(Export).Name, value: Value, condition: conditionIn(Condition) };
    }),
  };
}

function conditionIn(name: unknown): string | null {
  return typeof name === 'string' ? name : null;
}

/**
 * What all functions of a SAM template have, and its own over that; variables are put together.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
 */
function withGlobals(own: Resource['properties'], globals: unknown): Resource['properties'] {
  const shared = objectOf(objectOf(globals).Function);
  const [theirs, ours] = [shared, own].map(({ Environment }) => objectOf(Environment).Variables);
  const all = { ...shared, ...own };
  if (theirs === undefined || ours === undefined) return all;
  return { ...all, Environment: { Variables: { ...objectOf(theirs), ...objectOf(ours) } } };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html */
function defaultOf(parameter: unknown): unknown {
  const { Default, Type } = objectOf(parameter);
  if (Default === undefined || /^AWS::SSM::Parameter::Value</.test(String(Type))) return null;
  const isList = /^(CommaDelimitedList$|List<)/.test(String(Type));
  return isList
    ? String(Default)
        .trim()
        .split(/\s*,\s*/)
    : Default;
}

function parsed(file: string): unknown {
  const text = readFileSync(file, 'utf8');
  const refuse = (why: string) => new UsageError(`Expected ${file} to be a template in JSON or YAML: ${why}`);
  let value: unknown;
  try {
    value = parse(text, { customTags: INTRINSICS, logLevel: 'error' }); // JSON is YAML
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  // Any line is a text in YAML.
  const [first = ''] = text.trimStart().split('\n');
  const line = text.slice(0, text.length - text.trimStart().length).split('\n').length;
  throw refuse(
    first === '' ? 'it is empty.' : `line ${line} begins no object: ${JSON.stringify(first.slice(0, 60))}`,
  );
}

/** `!Ref x`, `!GetAtt a.Arn`, `!Sub text`, `!Join [x, [y]]`: the short forms of YAML. */
const SHORT_FORMS = [
  'Ref',
  'Condition',
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAZs',
  'GetAtt',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
];

const INTRINSICS: Tags = SHORT_FORMS.flatMap((name): (ScalarTag | CollectionTag)[] => {
  const tag = `!${name}`;
  const long = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
  return [
    { tag, resolve: (text) => ({ [long]: name === 'GetAtt' ? text.split('.') : text }) },
    { tag, collection: 'seq', resolve: (list) => ({ [long]: list.toJSON() }) },
    { tag, collection: 'map', resolve: (map) => ({ [long]: map.toJSON() }) },
  ];
});

/** Empty for what is no object. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
