import { objectOf, type Template } from './template-file.ts';

/** Thrown for a value that only a deployment knows. */
export class UnresolvedError extends Error {
  override name = 'UnresolvedError' as const;

  constructor(readonly expression: unknown) {
    super(`only a deployment knows ${JSON.stringify(expression)}`);
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
  /** By logical id. */
  readonly named: (template: Template, id: string) => Named | null;
  readonly templates: readonly Template[];
}

/** A value with its intrinsic functions replaced. Throws UnresolvedError. */
export function resolved(value: unknown, template: Template, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((each) => resolved(each, template, scope));
  if (typeof value !== 'object' || value === null) return value;
  const [name = '', ...more] = Object.keys(value);
  const argument = objectOf(value)[name];
  const evaluate = more.length === 0 ? FUNCTIONS[name] : undefined;
  if (evaluate !== undefined) return evaluate(argument, template, scope);
  if (name.startsWith('Fn::')) throw new UnresolvedError(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, resolved(each, template, scope)]),
  );
}

type Evaluate = (argument: unknown, template: Template, scope: Scope) => unknown;

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
    const [separator, parts] = Array.isArray(argument) ? argument : [];
    const values = resolved(parts, template, scope);
    return (Array.isArray(values) ? values : []).map(String).join(String(separator));
  },
  'Fn::Select': (argument, template, scope) => {
    const [index, list] = Array.isArray(argument) ? argument : [];
    const values = resolved(list, template, scope);
    return Array.isArray(values) ? values[Number(index)] : undefined;
  },
  'Fn::ImportValue': (argument, _, scope) => {
    const name = String(argument);
    for (const template of scope.templates) {
      if (template.exports.has(name)) return resolved(template.exports.get(name), template, scope);
    }
    throw new UnresolvedError({ 'Fn::ImportValue': argument });
  },
};

function reference(id: string, template: Template, { accountId, named, region }: Scope): unknown {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Region': region,
    'AWS::AccountId': accountId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': 'local',
  };
  const value = pseudo[id] ?? named(template, id)?.name ?? template.parameters.get(id);
  if (value === undefined) throw new UnresolvedError({ Ref: id });
  return value;
}

function attributeOf(id: string, attribute: string, template: Template, { named }: Scope): string {
  const found = attribute === 'Arn' ? named(template, id)?.arn : undefined;
  if (found === undefined) throw new UnresolvedError({ 'Fn::GetAtt': [id, attribute] });
  return found;
}
