import { required } from '../aws-json/request-shape.ts';
import { boolean, integer, text } from '../aws-json/scalar-members.ts';
import { groupArn } from './group-operations.ts';
import { invalidParameter, LogsError } from './logs-error.ts';
import {
  GROUP_NAME,
  GROUP_TARGET,
  NEXT_TOKEN,
  operation,
  pageOf,
  requireStream,
  STREAM_NAME,
  sequenceToken,
  targetGroup,
} from './operation.ts';

const STREAMS_PER_PAGE = 50;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html */
export const createLogStream = operation(
  { logGroupName: required(GROUP_NAME), logStreamName: required(STREAM_NAME) },
  async (input, at) => {
    const group = await targetGroup(input, at);
    if (await group.hasStream(input.logStreamName)) {
      throw new LogsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
    }
    await group.createStream(input.logStreamName, at.now());
    return null;
  },
);

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html */
export const deleteLogStream = operation(
  { logGroupName: required(GROUP_NAME), logStreamName: required(STREAM_NAME) },
  async (input, at) => {
    const group = await targetGroup(input, at);
    await requireStream(group, input.logStreamName);
    await group.deleteStream(input.logStreamName);
    return null;
  },
);

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html */
export const describeLogStreams = operation(
  {
    ...GROUP_TARGET,
    logStreamNamePrefix: STREAM_NAME,
    orderBy: text({ oneOf: ['LogStreamName', 'LastEventTime'] }),
    descending: boolean(),
    nextToken: NEXT_TOKEN,
    limit: integer({ min: 1, max: STREAMS_PER_PAGE }),
  },
  async (input, at) => {
    const { orderBy, logStreamNamePrefix, limit = STREAMS_PER_PAGE } = input;
    const group = await targetGroup(input, at);
    if (orderBy === 'LastEventTime' && logStreamNamePrefix !== undefined) {
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
    }
    const streams = (await group.streams()).filter(({ logStreamName }) =>
      logStreamName.startsWith(logStreamNamePrefix ?? ''),
    );
    if (orderBy === 'LastEventTime') {
      streams.sort((a, b) => (a.lastEventTimestamp ?? 0) - (b.lastEventTimestamp ?? 0));
    }
    if (input.descending === true) streams.reverse();
    const key = (stream: { readonly logStreamName: string }) => `${group.name}@${stream.logStreamName}`;
    const page = pageOf(streams, key, input.nextToken, limit);
    const logStreams = page.items.map((stream) => ({
      ...stream,
      ...(stream.lastEventTimestamp === undefined
        ? {}
        : { uploadSequenceToken: sequenceToken(stream.lastIngestionTime ?? 0) }),
      arn: `${groupArn(group, at)}:log-stream:${stream.logStreamName}`,
      storedBytes: 0,
    }));
    return { logStreams, ...page.token };
  },
);
