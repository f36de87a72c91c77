import type { Template } from 'aws-cdk-lib/assertions';
import { fieldsOf } from './synthesized.ts';

/** One line of a policy: who may do what, with what, and when. */
export interface Allowed {
  readonly who: string;
  readonly action: string;
  /** `Stream.Arn`, `Results.Arn/revenue_sum/*`: logical ids without CDK's hash, for a person to read. */
  readonly resource: string;
  readonly condition: string | null;
}

/** Every single permission that a template gives, in roles, policies and managed policies. */
export function allowedIn(template: Template): Allowed[] {
  const resources: Readonly<Record<string, unknown>> = template.toJSON().Resources;
  return Object.entries(resources).flatMap(([id, resource]) => {
    const { Type, Properties } = fieldsOf(resource);
    const properties = fieldsOf(Properties ?? {});
    const documents =
      Type === 'AWS::IAM::Role'
        ? listOf(properties.Policies ?? []).map((policy) => fieldsOf(policy).PolicyDocument)
        : Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy'
          ? [properties.PolicyDocument]
          : [];
    return documents.flatMap((document) =>
      listOf(fieldsOf(document).Statement).flatMap((each) => {
        const { Effect, Action, Resource, Condition } = fieldsOf(each);
        if (Effect !== 'Allow') return [];
        return listOf(Action).flatMap((action) =>
          listOf(Resource).map((resource) => ({
            who: plainId(id),
            action: String(action),
            resource: resourceName(resource),
            condition: Condition === undefined ? null : JSON.stringify(Condition),
          })),
        );
      }),
    );
  });
}

export function managedPolicyArnsIn(template: Template): unknown[] {
  return Object.values(template.findResources('AWS::IAM::Role')).flatMap((role) =>
    listOf(fieldsOf(role.Properties).ManagedPolicyArns ?? []),
  );
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function resourceName(value: unknown): string {
  if (typeof value === 'string') return value;
  const intrinsic = fieldsOf(value);
  if ('Fn::GetAtt' in intrinsic) return listOf(intrinsic['Fn::GetAtt']).map(String).map(plainId).join('.');
  if ('Fn::ImportValue' in intrinsic) {
    const [, id = '', attribute] =
      /ExportsOutputFnGetAtt(\w+?)(Arn)[0-9A-F]{8}$/.exec(String(intrinsic['Fn::ImportValue'])) ?? [];
    return `${plainId(id)}.${attribute}`;
  }
  if ('Fn::Join' in intrinsic) {
    const [, parts] = listOf(intrinsic['Fn::Join']);
    return listOf(parts).map(resourceName).join('');
  }
  return JSON.stringify(value);
}

/** `Results25575328` is `Results`. */
function plainId(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '');
}
