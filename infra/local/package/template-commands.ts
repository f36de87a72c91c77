import { readFileSync } from 'node:fs';
import { counted } from '../../../lib/core/counted.ts';
import { LOCAL_ACCOUNT } from '../local-settings.ts';
import { type Advice, adviceOn } from '../template/mapping-advice.ts';
import { deployTemplate } from '../template/template-deployment.ts';
import { readTemplates } from '../template/template-file.ts';
import { type TemplatePipeline, templatePipeline } from '../template/template-pipeline.ts';
import { UsageError } from '../usage-error.ts';

/** Of a template's file, or of a cloud assembly's folder, as it is in this region. Throws UsageError. */
export function pipelineOf(place: string, region: string = LOCAL_ACCOUNT.region): TemplatePipeline {
  return templatePipeline(readTemplates(place), { ...LOCAL_ACCOUNT, region });
}

/** Makes what a template has in a running runtime. Returns what to say of it, line by line. */
export async function runTemplate(pipeline: TemplatePipeline, url: string): Promise<string[]> {
  const { made, refused } = await deployTemplate(pipeline, url);
  const { buckets, functions, mappings, streams } = made;
  return [
    '',
    ...streams.map(({ name, shards }) => row('Stream', `${name}, ${counted(shards, 'shard')}`)),
    ...functions.map(({ name, runtime }) => row('Function', `${name}, ${runtime}`)),
    ...mappings.map(({ settings }) =>
      row(
        'Mapping',
        `${last(settings.EventSourceArn)} to ${last(settings.FunctionName)}, windows of ${settings.TumblingWindowInSeconds ?? 0} s`,
      ),
    ),
    ...buckets.map((name) => row('Bucket', name)),
    ...[...refused, ...pipeline.leftOut].map((what) => row('Left out', what)),
  ];
}

/** Advice on the mappings of a template, or of JSON as `aws lambda get-event-source-mapping` prints it. `-`: from stdin. */
export function lint(place: string): { readonly lines: readonly string[]; readonly ok: boolean } {
  const found = mappingsIn(place);
  if (found.length === 0)
    throw new UsageError(`Expected ${place} to have an event source mapping of Kinesis, got none.`);
  const lines = found.flatMap(({ advice, name }) => [
    `${name}: ${advice.length === 0 ? 'nothing to say' : ''}`.trimEnd(),
    ...advice.map(({ kind, message, setting }) => `  ${kind.padEnd(7)}  ${setting} ${message}`),
  ]);
  return { lines, ok: found.every(({ advice }) => advice.every(({ kind }) => kind !== 'error')) };
}

function mappingsIn(place: string): { readonly name: string; readonly advice: readonly Advice[] }[] {
  const live = liveMappings(place);
  if (live !== null)
    return live.map((settings) => ({ name: String(settings.UUID), advice: adviceOn(settings) }));
  const { mappings, streams } = pipelineOf(place);
  return mappings.map(({ id, settings }) => {
    const stream = streams.find(({ name }) => name === last(settings.EventSourceArn));
    return { name: id, advice: adviceOn(settings, stream?.retentionHours) };
  });
}

/** Null for a file that is no answer of GetEventSourceMapping or ListEventSourceMappings. Throws UsageError for such on stdin. */
function liveMappings(place: string): Readonly<Record<string, unknown>>[] | null {
  const refused = (why: string) => {
    if (place !== '-') return null; // a template may be
    throw new UsageError(`Expected event source mappings in JSON on stdin: ${why}.`);
  };
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(place === '-' ? 0 : place, 'utf8'));
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
  const listed: unknown = Reflect.get(Object(value), 'EventSourceMappings') ?? [value];
  const all = (Array.isArray(listed) ? listed : []).map((each: unknown) => ({ ...Object(each) }));
  return all.every((each) => 'EventSourceArn' in each) ? all : refused('there is no EventSourceArn');
}

const row = (name: string, value: string) => `  ${name.padEnd(13)} ${value}`;
const last = (arn: unknown) => String(arn).split(/[/:]/).at(-1) ?? '';
