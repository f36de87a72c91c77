import { required } from '../aws-json/request-shape.ts';
import { integer, text, unsupported } from '../aws-json/scalar-members.ts';
import { mustBeOneOf, Violations } from '../aws-json/violations.ts';
import type { LogGroup } from './log-group.ts';
import { invalidParameter, LogsError } from './logs-error.ts';
import { GROUP_NAME, type LogsRegion, NEXT_TOKEN, operation, pageOf, targetGroup } from './operation.ts';

const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const GROUPS_PER_PAGE = 50;
/** Every group here is of this class. */
const GROUP_CLASS = text({ oneOf: ['STANDARD'] });

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export const createLogGroup = operation(
  {
    logGroupName: required(GROUP_NAME),
    logGroupClass: GROUP_CLASS,
    kmsKeyId: unsupported(),
    tags: unsupported(),
  },
  async ({ logGroupName }, { logs }) => {
    if ((await logs.group(logGroupName)) !== null) {
      throw new LogsError('ResourceAlreadyExistsException', 'The specified log group already exists');
    }
    await logs.createGroup(logGroupName);
    return null;
  },
);

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html */
export const deleteLogGroup = operation({ logGroupName: required(GROUP_NAME) }, async (input, at) => {
  const { name } = await targetGroup(input, at);
  await at.logs.deleteGroup(name);
  return null;
});

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const putRetentionPolicy = operation(
  { logGroupName: required(GROUP_NAME), retentionInDays: required(integer()) },
  async (input, at) => {
    const { retentionInDays } = input;
    if (!RETENTION_DAYS.includes(retentionInDays)) {
      const violations = new Violations();
      violations.add(`'${retentionInDays}'`, 'retentionInDays', mustBeOneOf(RETENTION_DAYS));
      throw invalidParameter(violations.message ?? '');
    }
    await (await targetGroup(input, at)).retain(retentionInDays);
    return null;
  },
);

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteRetentionPolicy.html */
export const deleteRetentionPolicy = operation({ logGroupName: required(GROUP_NAME) }, async (input, at) => {
  await (await targetGroup(input, at)).retain(null);
  return null;
});

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
export const describeLogGroups = operation(
  {
    logGroupNamePrefix: GROUP_NAME,
    logGroupNamePattern: text({ pattern: '[\\.\\-_/#A-Za-z0-9]*', min: 0, max: 512 }),
    nextToken: NEXT_TOKEN,
    limit: integer({ min: 1, max: GROUPS_PER_PAGE }),
    logGroupClass: GROUP_CLASS,
    logGroupIdentifiers: unsupported(),
    accountIdentifiers: unsupported(),
  },
  async ({ logGroupNamePrefix, logGroupNamePattern, nextToken, limit = GROUPS_PER_PAGE }, at) => {
    if (logGroupNamePrefix !== undefined && logGroupNamePattern !== undefined) {
      throw invalidParameter(
        'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
      );
    }
    const prefix = logGroupNamePrefix ?? '';
    const part = (logGroupNamePattern ?? '').toLowerCase();
    const wanted = (await at.logs.groups()).filter(
      ({ name }) => name.startsWith(prefix) && name.toLowerCase().includes(part),
    );
    const page = pageOf(wanted, ({ name }) => name, nextToken, limit);
    const logGroups = await Promise.all(page.items.map((group) => described(group, at)));
    return { logGroups, ...page.token };
  },
);

async function described(group: LogGroup, at: LogsRegion) {
  const arn = groupArn(group, at);
  const { retentionInDays } = group;
  return {
    logGroupName: group.name,
    creationTime: group.creationTime,
    ...(retentionInDays === null ? {} : { retentionInDays }),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    storedBytes: await group.storedBytes(),
    logGroupClass: 'STANDARD',
    logGroupArn: arn,
    deletionProtectionEnabled: false,
  };
}

export function groupArn({ name }: LogGroup, { region, accountId }: LogsRegion): string {
  return `arn:aws:logs:${region}:${accountId}:log-group:${name}`;
}
