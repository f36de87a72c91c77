import { type Export, objectOf, type Resource, type Template } from './template-file.ts';

/** Thrown for a value that cannot be told from the template alone; `why` reads on with the expression. */
export class UnresolvedError extends Error {
  override name = 'UnresolvedError' as const;

  constructor(
    readonly expression: unknown,
    why = 'only a deployment knows',
  ) {
    super(`${why} ${JSON.stringify(expression)}`);
  }
}

/** What a resource is called here: by `Ref`, and by `Fn::GetAtt` of its Arn. */
export interface Named {
  readonly name: string;
  readonly arn: string;
}

export interface Scope {
  readonly region: string;
  readonly accountId: string;
  /** By logical id; null for what has no name here. */
  readonly named: (template: Template, id: string) => Named | null;
  readonly templates: readonly Template[];
}

/**
 * A value with its intrinsic functions replaced; undefined for `AWS::NoValue`, and without the members and items that are it.
 * Throws UnresolvedError.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export function resolved(value: unknown, template: Template, scope: Scope): unknown {
  if (Array.isArray(value))
    return value.map((each) => resolved(each, template, scope)).filter((each) => each !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  const [name = '', ...more] = Object.keys(value);
  const argument = objectOf(value)[name];
  const evaluate = more.length === 0 ? FUNCTIONS[name] : undefined;
  if (evaluate !== undefined) return evaluate(argument, template, scope);
  if (DEPLOYED.has(name)) throw new UnresolvedError(value);
  if (name.startsWith('Fn::')) throw new UnresolvedError(value, 'the local runtime does not evaluate');
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [key, resolved(each, template, scope)])
      .filter(([, each]) => each !== undefined),
  );
}

/** The members of an object whose values are not yet resolved: only `Fn::If` around them is. Throws UnresolvedError. */
export function membersOf(
  value: unknown,
  template: Template,
  scope: Scope,
): Readonly<Record<string, unknown>> {
  const members = objectOf(value);
  const [name, argument] = Object.entries(members)[0] ?? [];
  return name === 'Fn::If' ? membersOf(branchOf(argument, template, scope), template, scope) : members;
}

/** Whether the condition of a resource or an output is met. Throws UnresolvedError. */
export function isMade(
  { condition }: Pick<Resource, 'condition'>,
  template: Template,
  scope: Scope,
): boolean {
  return condition === null || isMet({ Condition: condition }, template, scope);
}

/** Throws UnresolvedError. */
function isMet(expression: unknown, template: Template, scope: Scope): boolean {
  const { Condition: name } = objectOf(expression);
  if (typeof name === 'string') {
    // Without itself: a condition that is made of itself ends as one that is not there.
    const { [name]: named, ...conditions } = template.conditions;
    if (named === undefined) throw new UnresolvedError(expression, 'the template has no');
    return isMet(named, { ...template, conditions }, scope);
  }
  const value = resolved(expression, template, scope);
  if (typeof value === 'boolean') return value;
  throw new UnresolvedError(expression, 'neither true nor false is');
}

function branchOf(argument: unknown, template: Template, scope: Scope): unknown {
  const [Condition, met, other] = listOf(argument);
  return isMet({ Condition }, template, scope) ? met : other;
}

type Evaluate = (argument: unknown, template: Template, scope: Scope) => unknown;

/** What depends on the account and what else is in it. */
const DEPLOYED: ReadonlySet<string> = new Set(['Fn::GetAZs', 'Fn::Transform']);

const FUNCTIONS: Readonly<Record<string, Evaluate>> = {
  Ref: (id, template, scope) => reference(String(id), template, scope),
  'Fn::GetAtt': (argument, template, scope) => {
    const [id, attribute] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
    return attributeOf(id ?? '', attribute ?? '', template, scope);
  },
  'Fn::Sub': (argument, template, scope) => {
    const [text, values] = Array.isArray(argument) ? argument : [argument, {}];
    const own = objectOf(resolved(values, template, scope));
    return String(text).replaceAll(/\$\{(!?)([\w.:]+)\}/g, (whole, literal: string, name: string) => {
      if (literal !== '') return whole.replace('!', '');
      if (name in own) return String(own[name]);
      const [id = '', attribute] = name.split('.');
      return String(
        attribute === undefined
          ? reference(id, template, scope)
          : attributeOf(id, attribute, template, scope),
      );
    });
  },
  'Fn::Join': (argument, template, scope) => {
    const [separator, parts] = listOf(argument);
    return listOf(resolved(parts, template, scope))
      .map(String)
      .join(String(separator));
  },
  'Fn::Split': (argument, template, scope) => {
    const [separator, text] = listOf(argument);
    return String(resolved(text, template, scope)).split(String(separator));
  },
  'Fn::Select': (argument, template, scope) => {
    const [index, list] = listOf(argument);
    const values = listOf(resolved(list, template, scope));
    const at = Number(resolved(index, template, scope));
    if (at in values) return values[at];
    throw new UnresolvedError({ 'Fn::Select': argument }, 'no item is there for');
  },
  'Fn::FindInMap': (argument, template, scope) => {
    const [names, options] = [listOf(argument).slice(0, 3), objectOf(listOf(argument)[3])];
    const [map = '', key = '', member = ''] = listOf(resolved(names, template, scope)).map(String);
    const found = objectOf(objectOf(template.mappings[map])[key])[member];
    if (found !== undefined) return found;
    if ('DefaultValue' in options) return resolved(options.DefaultValue, template, scope);
    throw new UnresolvedError({ 'Fn::FindInMap': argument }, 'the template has no');
  },
  'Fn::Length': (argument, template, scope) => {
    const list = resolved(argument, template, scope);
    if (Array.isArray(list)) return list.length;
    throw new UnresolvedError({ 'Fn::Length': argument }, 'there is no list in');
  },
  'Fn::ToJsonString': (argument, template, scope) => JSON.stringify(resolved(argument, template, scope)),
  'Fn::Base64': (argument, template, scope) =>
    Buffer.from(String(resolved(argument, template, scope))).toString('base64'),
  'Fn::If': (argument, template, scope) => resolved(branchOf(argument, template, scope), template, scope),
  'Fn::Equals': (argument, template, scope) => {
    const [one, other] = listOf(resolved(argument, template, scope)).map(comparable);
    return one === other;
  },
  'Fn::Not': (argument, template, scope) => !isMet(listOf(argument)[0], template, scope),
  'Fn::And': (argument, template, scope) => listOf(argument).every((each) => isMet(each, template, scope)),
  'Fn::Or': (argument, template, scope) => listOf(argument).some((each) => isMet(each, template, scope)),
  'Fn::ImportValue': (argument, own, scope) => {
    const name = String(resolved(argument, own, scope));
    for (const template of scope.templates) {
      const found = template.exports.find((each) => isExported(each, name, template, scope));
      if (found !== undefined) return resolved(found.value, template, scope);
    }
    throw new UnresolvedError({ 'Fn::ImportValue': argument });
  },
};

function isExported(output: Export, name: string, template: Template, scope: Scope): boolean {
  try {
    return resolved(output.name, template, scope) === name && isMade(output, template, scope);
  } catch (error) {
    if (error instanceof UnresolvedError) return false;
    throw error;
  }
}

/** Empty for what is no list. */
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Text, number and truth value are the same to CloudFormation. */
function comparable(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function reference(id: string, template: Template, scope: Scope): unknown {
  if (id === 'AWS::NoValue') return undefined;
  const { accountId, named, region } = scope;
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Region': region,
    'AWS::AccountId': accountId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': 'local',
  };
  const value = pseudo[id] ?? named(template, id)?.name ?? template.parameters.get(id);
  if (value === undefined || value === null) throw unknown({ Ref: id }, id, template, scope);
  return value;
}

function attributeOf(id: string, attribute: string, template: Template, scope: Scope): string {
  const found = attribute === 'Arn' ? scope.named(template, id)?.arn : undefined;
  if (found === undefined) throw unknown({ 'Fn::GetAtt': [id, attribute] }, id, template, scope);
  return found;
}

function unknown(expression: unknown, id: string, template: Template, scope: Scope): UnresolvedError {
  const resource = template.resources.get(id);
  if (resource !== undefined && !isMade(resource, template, scope))
    return new UnresolvedError(expression, `condition ${resource.condition} leaves out`);
  const isThere = resource !== undefined || template.parameters.has(id) || id.startsWith('AWS::');
  return new UnresolvedError(expression, isThere ? undefined : 'the template has no');
}
