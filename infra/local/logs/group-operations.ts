import type { LogGroup } from './log-group.ts';
import type { LogStore } from './log-store.ts';
import { invalidParameter, LogsError } from './logs-error.ts';
import { pageOf } from './paging.ts';
import { type RequestMembers, violated } from './request-members.ts';

/** Where log groups live: part of every ARN. */
export interface LogsAccount {
  readonly region: string;
  readonly accountId: string;
}

const groupNamePattern = /^[.\-_/#A-Za-z0-9]+$/;
const shownGroupNamePattern = '[\\.\\-_/#A-Za-z0-9]+';
const streamNamePattern = /^[^:*]+$/;
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The operations on log groups and streams. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ */
export class GroupOperations {
  constructor(
    private readonly logs: LogStore,
    private readonly account: LogsAccount,
    private readonly now: () => number,
  ) {}

  async createLogGroup(members: RequestMembers): Promise<undefined> {
    const name = groupName(members);
    if ((await this.logs.group(name)) !== undefined) {
      throw new LogsError('ResourceAlreadyExistsException', 'The specified log group already exists');
    }
    await this.logs.createGroup(name);
    return undefined;
  }

  async deleteLogGroup(members: RequestMembers): Promise<undefined> {
    const group = await this.existing(members);
    await this.logs.deleteGroup(group.name);
    return undefined;
  }

  async putRetentionPolicy(members: RequestMembers): Promise<undefined> {
    const days = members.required('retentionInDays', members.integer('retentionInDays', 1));
    if (!retentionDays.includes(days)) {
      throw violated(
        'retentionInDays',
        days,
        `Member must satisfy enum value set: [${retentionDays.join(', ')}]`,
      );
    }
    await (await this.existing(members)).retain(days);
    return undefined;
  }

  async deleteRetentionPolicy(members: RequestMembers): Promise<undefined> {
    await (await this.existing(members)).retain(undefined);
    return undefined;
  }

  async describeLogGroups(members: RequestMembers) {
    const prefix = members.text('logGroupNamePrefix');
    const pattern = members.text('logGroupNamePattern');
    const limit = members.integer('limit', 1, 50) ?? 50;
    const nextToken = members.text('nextToken', 2_048);
    if (prefix !== undefined && pattern !== undefined) {
      throw invalidParameter(
        'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
      );
    }
    const wanted = (await this.logs.groups()).filter(
      ({ name }) =>
        name.startsWith(prefix ?? '') && name.toLowerCase().includes((pattern ?? '').toLowerCase()),
    );
    const page = pageOf(wanted, ({ name }) => name, nextToken, limit);
    const logGroups = [];
    for (const group of page.items) logGroups.push(await this.#described(group));
    return { logGroups, ...page.token };
  }

  async createLogStream(members: RequestMembers): Promise<undefined> {
    const name = members.required('logStreamName', streamName(members));
    const group = await this.existing(members);
    if (await group.hasStream(name)) {
      throw new LogsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
    }
    await group.createStream(name, this.now());
    return undefined;
  }

  async deleteLogStream(members: RequestMembers): Promise<undefined> {
    const name = members.required('logStreamName', streamName(members));
    const group = await this.existing(members);
    if (!(await group.hasStream(name))) throw noSuchStream();
    await group.deleteStream(name);
    return undefined;
  }

  async describeLogStreams(members: RequestMembers) {
    const prefix = members.text('logStreamNamePrefix');
    const orderBy = members.oneOf('orderBy', ['LogStreamName', 'LastEventTime']) ?? 'LogStreamName';
    const descending = members.boolean('descending');
    const limit = members.integer('limit', 1, 50) ?? 50;
    const nextToken = members.text('nextToken', 2_048);
    const group = await this.existing(members);
    if (orderBy === 'LastEventTime' && prefix !== undefined) {
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
    }
    const streams = (await group.streams()).filter(({ logStreamName }) =>
      logStreamName.startsWith(prefix ?? ''),
    );
    if (orderBy === 'LastEventTime') {
      streams.sort((a, b) => (a.lastEventTimestamp ?? 0) - (b.lastEventTimestamp ?? 0));
    }
    if (descending) streams.reverse();
    const page = pageOf(streams, ({ logStreamName }) => `${group.name}@${logStreamName}`, nextToken, limit);
    const logStreams = page.items.map((stream) => ({
      ...stream,
      ...(stream.lastEventTimestamp === undefined
        ? {}
        : { uploadSequenceToken: sequenceToken(stream.lastIngestionTime) }),
      arn: `${this.#arn(group.name)}:log-stream:${stream.logStreamName}`,
      storedBytes: 0,
    }));
    return { logStreams, ...page.token };
  }

  /** The group that a request names, one way or the other. @throws LogsError ResourceNotFoundException */
  async existing(members: RequestMembers): Promise<LogGroup> {
    const identifier = members.text('logGroupIdentifier', 2_048);
    const given = members.name('logGroupName', groupNamePattern, shownGroupNamePattern);
    if (identifier !== undefined && given !== undefined) {
      throw new LogsError(
        'ValidationException',
        'LogGroup name and LogGroup ARN are mutually exclusive parameters.',
      );
    }
    if (identifier !== undefined && !/^[\w#+=/:,.@-]*$/.test(identifier)) {
      throw invalidParameter(
        "1 validation error detected: Value at 'logGroupIdentifier' failed to satisfy constraint: " +
          'Member must satisfy regular expression pattern: [\\w#+=/:,.@-]*',
      );
    }
    const named = identifier?.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, '') ?? given;
    const group = await this.logs.group(members.required('logGroupName', named));
    if (group === undefined) {
      throw new LogsError('ResourceNotFoundException', 'The specified log group does not exist.');
    }
    return group;
  }

  async #described(group: LogGroup) {
    const arn = this.#arn(group.name);
    return {
      logGroupName: group.name,
      creationTime: group.creationTime,
      ...(group.retentionInDays === undefined ? {} : { retentionInDays: group.retentionInDays }),
      metricFilterCount: 0,
      arn: `${arn}:*`,
      storedBytes: await group.storedBytes(),
      logGroupClass: 'STANDARD',
      logGroupArn: arn,
      deletionProtectionEnabled: false,
    };
  }

  #arn(name: string): string {
    return `arn:aws:logs:${this.account.region}:${this.account.accountId}:log-group:${name}`;
  }
}

function groupName(members: RequestMembers): string {
  return members.required(
    'logGroupName',
    members.name('logGroupName', groupNamePattern, shownGroupNamePattern),
  );
}

export const streamName = (members: RequestMembers) =>
  members.name('logStreamName', streamNamePattern, '[^:*]*');

export const noSuchStream = () =>
  new LogsError('ResourceNotFoundException', 'The specified log stream does not exist.');

/** 56 digits, as AWS's; nobody has to send it back any more. */
export const sequenceToken = (ms = 0) => `4964${String(ms).padStart(52, '0')}`;
