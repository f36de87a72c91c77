import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { KinesisClient, ListStreamsCommand, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, HeadBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import {
  App,
  Duration,
  aws_kinesis as kinesis,
  aws_lambda as lambda,
  Stack,
  aws_s3 as s3,
  aws_sqs as sqs,
} from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readLocalSettings } from '../../../../infra/local/local-settings.ts';
import { lint, pipelineOf, runTemplate } from '../../../../infra/local/package/template-commands.ts';
import { openRuntime, type Runtime } from '../../../../infra/local/runtime.ts';
import { adviceOn, destinationElsewhere } from '../../../../infra/local/template/mapping-advice.ts';
import { readTemplates } from '../../../../infra/local/template/template-file.ts';
import { templatePipeline } from '../../../../infra/local/template/template-pipeline.ts';

const ACCOUNT = { region: 'us-east-1', accountId: '000000000000' };
const folder = mkdtempSync(path.join(tmpdir(), 'template-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two stacks, as the CDK synthesizes them: the stream in one, its consumers in the other. */
function cdkOut(): string {
  const outdir = path.join(folder, 'cdk.out');
  const code = path.join(folder, 'asset-source');
  mkdirSync(code, { recursive: true });
  writeFileSync(
    path.join(code, 'counter.mjs'),
    'export const handler = async ({ state, Records }) => ({ state: { n: (state.n ?? 0) + Records.length } });',
  );
  const app = new App({ outdir, analyticsReporting: false });
  const source = new Stack(app, 'Source');
  const stream = new kinesis.Stream(source, 'Stream', {
    streamName: 'orders',
    shardCount: 2,
    retentionPeriod: Duration.hours(48),
  });
  const stack = new Stack(app, 'Consumers');
  const bucket = new s3.Bucket(stack, 'Results', { bucketName: 'order-results' });
  new sqs.Queue(stack, 'Queue');
  const inline = new lambda.Function(stack, 'Inline', {
    functionName: 'summer',
    runtime: lambda.Runtime.PYTHON_3_13,
    handler: 'index.lambda_handler',
    timeout: Duration.seconds(20),
    environment: { BUCKET: bucket.bucketName },
    code: lambda.Code.fromInline(
      [
        'import base64, json, os, urllib.request',
        'def lambda_handler(event, context):',
        '    total = event["state"].get("total", 0)',
        '    for record in event["Records"]:',
        '        total += json.loads(base64.b64decode(record["kinesis"]["data"]))["amount"]',
        '    if event["isFinalInvokeForWindow"]:',
        '        url = "%s/%s/%s" % (os.environ["AWS_ENDPOINT_URL"], os.environ["BUCKET"], event["window"]["start"])',
        '        urllib.request.urlopen(urllib.request.Request(url, data=str(total).encode(), method="PUT"))',
        '    return {"state": {"total": total}}',
      ].join('\n'),
    ),
  });
  const asset = new lambda.Function(stack, 'Asset', {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'counter.handler',
    code: lambda.Code.fromAsset(code),
  });
  for (const [id, target] of [
    ['InlineSource', inline],
    ['AssetSource', asset],
  ] as const) {
    new lambda.EventSourceMapping(stack, id, {
      target,
      eventSourceArn: stream.streamArn,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      tumblingWindow: Duration.seconds(1),
      batchSize: 50,
    });
  }
  app.synth();
  return outdir;
}

const SAM = `
Transform: AWS::Serverless-2016-10-31
Parameters:
  Window: { Type: Number, Default: 60 }
Resources:
  Clicks:
    Type: AWS::Kinesis::Stream
    Properties: { Name: !Sub "\${AWS::StackName}-clicks", ShardCount: 3 }
  Counter:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: ./counter
      Environment: { Variables: { STREAM: !Ref Clicks, QUEUE: !GetAtt Queue.Arn } }
      Events:
        Stream:
          Type: Kinesis
          Properties: { Stream: !GetAtt Clicks.Arn, StartingPosition: LATEST, TumblingWindowInSeconds: !Ref Window, ParallelizationFactor: 2 }
        Web: { Type: Api }
  Queue: { Type: AWS::SQS::Queue }
`;

describe('a cloud assembly of the CDK', () => {
  let runtime: Runtime;
  let place = '';
  beforeAll(async () => {
    place = cdkOut();
    const env = { LOCAL_AWS_PORT: '0', LOCAL_DATA_DIR: path.join(folder, 'data') };
    runtime = await openRuntime({ ...readLocalSettings(env, folder), runs: 'nothing' });
  }, 60_000);
  afterAll(() => runtime.close());

  test('its streams, functions, buckets and mappings are made and run, and what is left out is said', async () => {
    const lines = await runTemplate(pipelineOf(place), runtime.url);
    const text = lines.join('\n');
    expect(text).toMatch(/Stream +orders, 2 shards/);
    expect(text).toMatch(/Function +summer, python3\.13/);
    expect(text).toMatch(/Function +Asset\w+, nodejs22\.x/);
    expect(text).toMatch(/Mapping +orders to summer, windows of 1 s/);
    expect(text).toMatch(/Bucket +order-results/);
    expect(text).toMatch(/Left out +1 AWS::SQS::Queue/);
    expect(text).not.toMatch(/Left out +(stream|function|mapping|bucket)/);

    const client = {
      endpoint: runtime.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
    const stream = new KinesisClient({ ...client, requestHandler: new NodeHttpHandler() });
    const bucket = new S3Client(client);
    for (const PartitionKey of ['a', 'a', 'a']) {
      await stream.send(
        new PutRecordCommand({ StreamName: 'orders', PartitionKey, Data: Buffer.from('{"amount": 7}') }),
      );
    }
    const total = async () => {
      const { Contents = [] } = await bucket.send(new ListObjectsV2Command({ Bucket: 'order-results' }));
      let sum = 0;
      for (const { Key } of Contents) {
        const { Body } = await bucket.send(new GetObjectCommand({ Bucket: 'order-results', Key }));
        sum += Number(await Body?.transformToString());
      }
      return sum;
    };
    await expect.poll(total).toBe(21);
  }, 60_000);

  test('a second start over the same data changes nothing', async () => {
    const again = (await runTemplate(pipelineOf(place), runtime.url)).join('\n');
    expect(again).toMatch(/Mapping +orders to summer/);
    expect(again).not.toMatch(/Left out +(stream|function|mapping|bucket)/);
  });

  test('what the runtime refuses is named as left out, and not as made', async () => {
    const mapping = (stream: string, more: string) =>
      `{ Stream: ${stream}, StartingPosition: LATEST, TumblingWindowInSeconds: 10${more} }`;
    const file = written(
      'refused.yaml',
      `
Resources:
  Clicks: { Type: AWS::Kinesis::Stream, Properties: { Name: clicks } }
  Wrong: { Type: AWS::Kinesis::Stream, Properties: { Name: wrong name } }
  Coded: { Type: AWS::Serverless::Function, Properties: { Runtime: python3.13, Handler: a.b, CodeUri: ./nothing } }
  Counter:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return {}"
      Events:
        Parallel: { Type: Kinesis, Properties: ${mapping('!GetAtt Clicks.Arn', ', ParallelizationFactor: 4')} }
        Filtered: { Type: Kinesis, Properties: ${mapping('!GetAtt Clicks.Arn', ', FilterCriteria: { Filters: [{ Pattern: "{}" }] }')} }
        OfWrong: { Type: Kinesis, Properties: ${mapping('!GetAtt Wrong.Arn', '')} }
        Good: { Type: Kinesis, Properties: ${mapping('!GetAtt Clicks.Arn', '')} }
  OfCoded:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { FunctionName: !Ref Coded, EventSourceArn: !GetAtt Clicks.Arn }
`,
    );
    const lines = await runTemplate(pipelineOf(file), runtime.url);
    const of = (kind: string) => lines.filter((line) => line.trim().startsWith(kind)).join('\n');
    expect(of('Stream')).toMatch(/^ *Stream +clicks, 1 shard$/);
    expect(of('Function')).toMatch(/^ *Function +Counter, python3\.13$/);
    expect(of('Mapping')).toMatch(/^ *Mapping +clicks to Counter, windows of 10 s$/);
    expect(of('Left out')).toMatch(
      /stream wrong name: .*function Coded: .*mapping OfCoded: Function does not exist/s,
    );
    for (const event of ['Parallel', 'Filtered', 'OfWrong']) {
      expect(of('Left out')).toMatch(new RegExp(`mapping Counter${event}: `));
    }
  });
});

test('a SAM template in YAML: short forms, parameters and events', () => {
  const file = path.join(folder, 'template.yaml');
  writeFileSync(file, SAM);
  expect(templatePipeline(readTemplates(file), ACCOUNT)).toEqual({
    region: 'us-east-1',
    streams: [{ name: 'local-clicks', shards: 3, retentionHours: 24 }],
    buckets: [],
    functions: [
      {
        name: 'Counter',
        runtime: 'python3.13',
        handler: 'app.handler',
        timeoutSeconds: 3,
        memoryMb: 128,
        environment: { STREAM: 'local-clicks' },
        code: { kind: 'asset', value: path.join(folder, 'counter') },
      },
    ],
    mappings: [
      {
        id: 'CounterStream',
        settings: {
          FunctionName: 'Counter',
          EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/local-clicks',
          StartingPosition: 'LATEST',
          TumblingWindowInSeconds: 60,
          ParallelizationFactor: 2,
        },
      },
    ],
    leftOut: [
      'variable QUEUE of Counter: only a deployment knows {"Fn::GetAtt":["Queue","Arn"]}',
      'event Web of Counter: Api',
      '1 AWS::SQS::Queue',
    ],
  });
  expect(lint(file)).toMatchObject({ ok: false });
  expect(lint(file).lines.join('\n')).toMatch(/^CounterStream:\n {2}error +ParallelizationFactor must be 1/);
});

function written(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** What `templatePipeline` makes of a template in YAML. */
function pipelineIn(text: string) {
  return templatePipeline(readTemplates(written('pipeline.yaml', text)), ACCOUNT);
}

/** A variable of a function, with `rest` as further sections of the template; null when it is left out. */
function variableOf(expression: string, rest = '') {
  const { functions, leftOut } = pipelineIn(`
${rest}
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Environment: { Variables: { V: ${expression} } }
`);
  return { value: functions[0]?.environment.V ?? null, leftOut };
}

describe('the conditions of a template', () => {
  const PARAMETERS = `
Parameters:
  Stage: { Type: String, Default: dev }
  Shards: { Type: Number, Default: 2 }
  Given: { Type: String }
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsTwo: !Equals ["2", !Ref Shards]
  IsHere: { "Fn::Equals": [{ Ref: "AWS::Region" }, us-east-1] }
  Not: !Not [!Condition IsDev]
  NotNot: !Not [Condition: Not]
  All: !And [!Condition IsDev, !Condition IsTwo, !Condition IsHere]
  NotAll: !And [!Condition IsDev, !Condition Not]
  One: !Or [!Condition Not, !Condition IsDev]
  None: !Or [!Condition Not, !Condition Not]
  IsGiven: !Equals [!Ref Given, x]
  Around: !Not [!Condition Around]
`;

  test.each(['IsDev', 'IsTwo', 'IsHere', 'NotNot', 'All', 'One'])('%s is met', (name) => {
    const { leftOut, streams } = pipelineIn(`${PARAMETERS}
Resources: { S: { Type: AWS::Kinesis::Stream, Condition: ${name} } }`);
    expect({ leftOut, names: streams.map((each) => each.name) }).toEqual({ leftOut: [], names: ['S'] });
  });

  test.each([
    ['Not', 'its condition Not is not met'],
    ['NotAll', 'its condition NotAll is not met'],
    ['None', 'its condition None is not met'],
    ['IsGiven', 'only a deployment knows {"Ref":"Given"}'],
    ['Missing', 'the template has no {"Condition":"Missing"}'],
    ['Around', 'the template has no {"Condition":"Around"}'],
  ])('%s is not, and what has it is named as left out', (name, why) => {
    const { leftOut, streams } = pipelineIn(`${PARAMETERS}
Resources: { S: { Type: AWS::Kinesis::Stream, Condition: ${name} } }`);
    expect({ leftOut, streams }).toEqual({ leftOut: [`AWS::Kinesis::Stream S: ${why}`], streams: [] });
  });

  test('take a function with its events, and a mapping with its stream', () => {
    const { functions, leftOut, mappings } = pipelineIn(`${PARAMETERS}
Resources:
  Gone: { Type: AWS::Kinesis::Stream, Condition: Not }
  There: { Type: AWS::Kinesis::Stream }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Events:
        OfGone: { Type: Kinesis, Properties: { Stream: !GetAtt Gone.Arn } }
        OfThere: { Type: Kinesis, Properties: { Stream: !GetAtt There.Arn } }
  G:
    Type: AWS::Serverless::Function
    Condition: Not
    Properties:
      Runtime: python3.13
      Events: { OfThere: { Type: Kinesis, Properties: { Stream: !GetAtt There.Arn } } }
`);
    expect(functions.map(({ name }) => name)).toEqual(['F']);
    expect(mappings.map(({ id }) => id)).toEqual(['FOfThere']);
    expect(leftOut).toEqual([
      'AWS::Kinesis::Stream Gone: its condition Not is not met',
      'event OfGone of F: condition Not leaves out {"Fn::GetAtt":["Gone","Arn"]}',
      'AWS::Serverless::Function G: its condition Not is not met',
    ]);
  });
});

describe('an expression of a template', () => {
  const SECTIONS = `
Parameters:
  Stage: { Type: String, Default: dev }
  Names: { Type: CommaDelimitedList, Default: "a, b, c" }
  Given: { Type: String }
  Stored: { Type: "AWS::SSM::Parameter::Value<String>", Default: /path/to/it }
Conditions: { Yes: !Equals [a, a], No: !Not [!Condition Yes] }
Mappings: { Sizes: { dev: { shards: 1 }, us-east-1: { shards: 4 } } }
`;

  test.each([
    ['!FindInMap [Sizes, !Ref Stage, shards]', '1'],
    ['{ "Fn::FindInMap": [Sizes, { Ref: "AWS::Region" }, shards] }', '4'],
    ['!If [Yes, one, other]', 'one'],
    ['!If [No, !GetAtt Nothing.Arn, !Ref Stage]', 'dev'],
    ['!Select [1, !Split ["-", "x-y-z"]]', 'y'],
    [`!Select ["2", !Split ["-", !Sub ["x-y-\${Z}", { Z: !Ref Stage }]]]`, 'dev'],
    ['!Select [1, !Ref Names]', 'b'],
    ['!Join ["/", [a, !Join ["-", [b, !Ref Stage]]]]', 'a/b-dev'],
    ['!Join [".", !Split ["-", "x-y"]]', 'x.y'],
    ['!Join [".", [x, !If [No, y, !Ref "AWS::NoValue"], z]]', 'x.z'],
    ['!Base64 { Ref: Stage }', 'ZGV2'],
    ['!FindInMap [Sizes, prod, shards, { DefaultValue: !Ref Stage }]', 'dev'],
    ['!FindInMap [Sizes, dev, shards, { DefaultValue: 9 }]', '1'],
    ['!Length [a, b]', '2'],
    ['{ "Fn::Length": !Split ["-", "x-y-z"] }', '3'],
    ['!Length { Ref: Names }', '3'],
    [
      '!ToJsonString { stage: !Ref Stage, list: [1, "2", !Ref "AWS::NoValue"] }',
      '{"stage":"dev","list":[1,"2"]}',
    ],
  ])('%s is %s', (expression, value) => {
    expect(variableOf(expression, SECTIONS)).toEqual({ value, leftOut: [] });
  });

  test.each([
    ['!Ref Given', 'only a deployment knows {"Ref":"Given"}'],
    ['!Ref Stored', 'only a deployment knows {"Ref":"Stored"}'],
    ['!GetAZs us-east-1', 'only a deployment knows {"Fn::GetAZs":"us-east-1"}'],
    ['!ImportValue there', 'only a deployment knows {"Fn::ImportValue":"there"}'],
    ['!GetAtt Nothing.Arn', 'the template has no {"Fn::GetAtt":["Nothing","Arn"]}'],
    ['!FindInMap [Sizes, prod, shards]', 'the template has no {"Fn::FindInMap":["Sizes","prod","shards"]}'],
    ['!Select [3, [a]]', 'no item is there for {"Fn::Select":[3,["a"]]}'],
    ['!Length 3', 'there is no list in {"Fn::Length":"3"}'],
    ['!Transform { Name: M }', 'only a deployment knows {"Fn::Transform":{"Name":"M"}}'],
    ['!Cidr [10.0.0.0/24, 2]', 'the local runtime does not evaluate {"Fn::Cidr":["10.0.0.0/24",2]}'],
  ])('%s is left out, in true words', (expression, why) => {
    expect(variableOf(expression, SECTIONS)).toEqual({ value: null, leftOut: [`variable V of F: ${why}`] });
  });

  test('AWS::NoValue takes a property away, and code and variables may be chosen', () => {
    const none = '!If [No, 1, !Ref "AWS::NoValue"]';
    const { functions, leftOut, mappings, streams } = pipelineIn(`${SECTIONS}
Resources:
  S:
    Type: AWS::Kinesis::Stream
    Properties: { Name: ${none}, ShardCount: ${none}, RetentionPeriodHours: !If [Yes, 48, 24] }
  F:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Timeout: ${none}
      Environment: { Variables: !If [Yes, { A: ${none}, B: b }, {}] }
      Code: { ZipFile: !Sub "stage = '\${Stage}'" }
  M:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { FunctionName: !Ref F, EventSourceArn: !GetAtt S.Arn, BatchSize: ${none} }
`);
    expect(leftOut).toEqual([]);
    expect(streams).toEqual([{ name: 'S', shards: 1, retentionHours: 48 }]);
    expect(functions).toMatchObject([
      { timeoutSeconds: 3, environment: { B: 'b' }, code: { kind: 'inline', value: "stage = 'dev'" } },
    ]);
    expect(functions[0]?.environment).not.toHaveProperty('A');
    expect(mappings[0]?.settings).not.toHaveProperty('BatchSize');
  });
});

describe('the mappings of a template', () => {
  const STREAM = 'S: { Type: AWS::Kinesis::Stream }';
  const FUNCTION = 'F: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13 } }';
  const MAPPING = 'Type: AWS::Lambda::EventSourceMapping';

  test('are there without a destination that is not, which is said, and advised on as what it is', () => {
    const to = (id: string, destination: string) =>
      `${id}: { ${MAPPING}, Properties: { FunctionName: !Ref F, EventSourceArn: !GetAtt S.Arn, TumblingWindowInSeconds: 9, DestinationConfig: { OnFailure: { Destination: ${destination} } } } }`;
    const text = `
Resources:
  ${STREAM}
  ${FUNCTION}
  Queue: { Type: AWS::SQS::Queue }
  Failures: { Type: AWS::S3::Bucket }
  ${to('ToQueue', '!GetAtt Queue.Arn')}
  ${to('ToBucket', '!GetAtt Failures.Arn')}
  ${to('ToUnknown', '!ImportValue there')}
`;
    const { leftOut, mappings } = pipelineIn(text);
    expect(mappings.map(({ id }) => id)).toEqual(['ToQueue', 'ToBucket', 'ToUnknown']);
    expect(mappings.map(({ settings }) => destinationElsewhere(settings))).toEqual([
      'arn:aws:sqs:us-east-1:000000000000:Queue',
      undefined,
      null,
    ]);
    expect(leftOut).toEqual([
      'destination of mapping ToQueue: failures go to S3 alone here, not to arn:aws:sqs:us-east-1:000000000000:Queue',
      'destination of mapping ToUnknown: only a deployment knows {"Fn::ImportValue":"there"}',
      '1 AWS::SQS::Queue',
    ]);
    const said = lint(written('destinations.yaml', text)).lines.join('\n');
    expect(said.match(/DestinationConfig .*/g)).toEqual([expect.stringContaining('is no S3 bucket')]);
  });

  test('of an alias or a version are of the function, which has one version here', () => {
    const of = (id: string, name: string) =>
      `${id}: { ${MAPPING}, Properties: { FunctionName: ${name}, EventSourceArn: !GetAtt S.Arn } }`;
    const { mappings } = pipelineIn(`
Resources:
  ${STREAM}
  ${FUNCTION}
  V: { Type: AWS::Lambda::Version, Properties: { FunctionName: !GetAtt F.Arn } }
  A: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref F, FunctionVersion: !GetAtt V.Version, Name: live } }
  ${of('OfAlias', '!Ref A')}
  ${of('OfVersion', '!Ref V')}
  ${of('OfJoined', '!Join [":", [!Select [6, !Split [":", !Ref A]], live]]')}
`);
    expect(mappings.map(({ settings }) => settings.FunctionName)).toEqual(['F', 'F', 'F']);
  });
});

test('in another region all of it is there, where the printed line looks for it', async () => {
  const region = 'eu-west-1';
  const env = { LOCAL_AWS_PORT: '0', LOCAL_DATA_DIR: path.join(folder, 'elsewhere'), AWS_REGION: region };
  const runtime = await openRuntime({ ...readLocalSettings(env, folder), runs: 'nothing' });
  try {
    const file = written(
      'region.yaml',
      `
Resources:
  Clicks: { Type: AWS::Kinesis::Stream, Properties: { Name: clicks } }
  Failures: { Type: AWS::S3::Bucket, Properties: { BucketName: failures } }
  Queue: { Type: AWS::SQS::Queue }
  F: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13, Handler: index.handler, Code: { ZipFile: "def handler(event, context): return {}" } } }
  M:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { FunctionName: !Ref F, EventSourceArn: !GetAtt Clicks.Arn, StartingPosition: LATEST, DestinationConfig: { OnFailure: { Destination: !GetAtt Queue.Arn } } }
`,
    );
    const lines = await runTemplate(pipelineOf(file, region), runtime.url);
    expect(lines.filter((line) => line.includes('Left out')).map((line) => line.trim())).toEqual([
      expect.stringContaining('destination of mapping M: failures go to S3 alone here'),
      expect.stringContaining('1 AWS::SQS::Queue'),
    ]);
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = { endpoint: runtime.url, region, credentials, requestHandler: new NodeHttpHandler() };
    const { StreamNames } = await new KinesisClient(client).send(new ListStreamsCommand({}));
    expect(StreamNames).toEqual(['clicks']);
    const { EventSourceMappings } = await new LambdaClient(client).send(
      new ListEventSourceMappingsCommand({}),
    );
    expect(EventSourceMappings).toMatchObject([{ EventSourceArn: expect.stringContaining(`:${region}:`) }]);
    await new S3Client(client).send(new HeadBucketCommand({ Bucket: 'failures' }));
  } finally {
    await runtime.close();
  }
});

test('a value is imported by the name that its export has, be it an expression', () => {
  const name = `!Sub "\${AWS::StackName}-stream"`;
  const { leftOut, value } = variableOf(
    '!ImportValue { "Fn::Join": ["-", [local, stream]] }',
    `
Conditions: { Yes: !Equals [a, a], No: !Not [!Condition Yes] }
Parameters: { S: { Type: String, Default: orders } }
Outputs:
  Unknown: { Value: other, Export: { Name: !Ref Nothing } }
  Unmade: { Value: other, Condition: No, Export: { Name: ${name} } }
  Made: { Value: !Ref S, Condition: Yes, Export: { Name: ${name} } }`,
  );
  expect({ leftOut, value }).toEqual({ leftOut: [], value: 'orders' });
});

test('the globals of a SAM template hold for its functions, below what each says itself', () => {
  const { functions, leftOut } = pipelineIn(`
Globals:
  Function: { Runtime: python3.13, Timeout: 30, MemorySize: 256, Environment: { Variables: { A: a, B: b } } }
Resources:
  One: { Type: AWS::Serverless::Function, Properties: { Timeout: 60, Environment: { Variables: { B: own } } } }
  Two: { Type: AWS::Serverless::Function }
  Image: { Type: AWS::Lambda::Function, Properties: { PackageType: Image, Code: { ImageUri: x } } }
  None: { Type: AWS::Lambda::Function, Properties: { Code: { ZipFile: x } } }
`);
  expect(functions).toMatchObject([
    { runtime: 'python3.13', timeoutSeconds: 60, memoryMb: 256, environment: { A: 'a', B: 'own' } },
    { runtime: 'python3.13', timeoutSeconds: 30, memoryMb: 256, environment: { A: 'a', B: 'b' } },
  ]);
  expect(leftOut).toEqual([
    'function Image: its runtime is a container image',
    'function None: its runtime is not given',
  ]);
});

describe('what is no template', () => {
  test.each([
    [
      'not json',
      /^Expected .*n\.json to be a template in JSON or YAML: line 1 begins no object: "not json"$/,
    ],
    ['\n\n- a\n- b\n', /JSON or YAML: line 3 begins no object: "- a"$/],
    ['{"Resources": {"S": {"Type": "AWS::Kinesis::Stream"}}', /JSON or YAML: .* at line 1, column \d+/],
    ['Resources:\n  S: { Type: [\n', /JSON or YAML: .* at line 3, column 1/],
    ['', /JSON or YAML: it is empty\.$/],
    ['{}', /^Expected .*n\.json to have Resources, got none\.$/],
  ])('%j is said to be none, and where it breaks', (text, message) => {
    expect(() => lint(written('n.json', text))).toThrow(message);
  });

  test.each([
    ['--template', /^Expected a template's file or a cdk\.out folder, got "nope\.yaml"\./, 'nope.yaml'],
    ['lint', /^Expected event source mappings in JSON on stdin: Unexpected token/, '-'],
  ])('%s: it is said before anything is opened', (option, message, place) => {
    const cwd = mkdtempSync(path.join(folder, 'cli-'));
    const cli = fileURLToPath(new URL('../../../../infra/local/package/cli.ts', import.meta.url));
    const tsx = fileURLToPath(import.meta.resolve('tsx'));
    const { status, stderr } = spawnSync(process.execPath, ['--import', tsx, cli, option, place], {
      cwd,
      encoding: 'utf8',
      input: 'not json',
    });
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('advice on a mapping', () => {
  const good = {
    TumblingWindowInSeconds: 120,
    MaximumRetryAttempts: 10,
    BisectBatchOnFunctionError: true,
    DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } },
  };

  test('there is none where all is well', () => {
    expect(adviceOn(good)).toEqual([]);
  });

  test.each([
    ['error', 'ParallelizationFactor', { ParallelizationFactor: 2 }, /must be 1/],
    [
      'error',
      'FilterCriteria',
      { FilterCriteria: { Filters: [{ Pattern: '{}' }] } },
      /refused with a tumbling window/,
    ],
    [
      'error',
      'MaximumRecordAgeInSeconds',
      { MaximumRecordAgeInSeconds: 100_000 },
      /beyond the stream's retention of 24 h/,
    ],
    [
      'warning',
      'MaximumRetryAttempts',
      { MaximumRetryAttempts: -1 },
      /up to 24 h, and no window of it is closed/,
    ],
    [
      'warning',
      'MaximumRetryAttempts',
      { MaximumRetryAttempts: -1, MaximumRecordAgeInSeconds: 3600 },
      /up to 1 h/,
    ],
    [
      'warning',
      'BisectBatchOnFunctionError',
      { BisectBatchOnFunctionError: false },
      /its whole batch is given up/,
    ],
    ['warning', 'DestinationConfig', { DestinationConfig: {} }, /what is given up is gone/],
    [
      'warning',
      'DestinationConfig',
      { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:eu-west-1:1:q' } } },
      /state of a final/,
    ],
  ])('%s: %s %o', (kind, setting, changed, message) => {
    expect(adviceOn({ ...good, ...changed })).toEqual([
      { kind, setting, message: expect.stringMatching(message) },
    ]);
  });

  test('a live mapping, as the AWS CLI prints it', () => {
    const file = path.join(folder, 'mappings.json');
    const mapping = {
      UUID: 'one',
      EventSourceArn: 'arn:aws:kinesis:eu-west-1:123456789012:stream/s',
      ...good,
    };
    writeFileSync(
      file,
      JSON.stringify({
        EventSourceMappings: [mapping, { ...mapping, UUID: 'two', MaximumRetryAttempts: -1 }],
      }),
    );
    const { lines, ok } = lint(file);
    expect(ok).toBe(true);
    expect(lines[0]).toBe('one: nothing to say');
    expect(lines[1]).toBe('two:');
    expect(lines[2]).toMatch(/warning +MaximumRetryAttempts/);
  });
});

test('logical ids that are too short or too long for a name are made to names', () => {
  const file = path.join(folder, 'ids.json');
  const long = `${'Consumer'.repeat(12)}1A2B`;
  const Properties = { Runtime: 'python3.13', Handler: 'i.h', Code: { ZipFile: 'x' } };
  const Resources = {
    B: { Type: 'AWS::S3::Bucket' },
    [long]: {
      Type: 'AWS::Lambda::Function',
      Properties: { ...Properties, Environment: { Variables: { BUCKET: { Ref: 'B' } } } },
    },
  };
  writeFileSync(file, JSON.stringify({ Resources }));
  const { buckets, functions } = templatePipeline(readTemplates(file), ACCOUNT);
  expect(buckets).toEqual(['bucket-b']);
  expect(functions).toMatchObject([{ name: long.slice(-64), environment: { BUCKET: 'bucket-b' } }]);
});
