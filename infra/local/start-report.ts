import path from 'node:path';
import { counted } from '../../lib/core/counted.ts';
import { windowTime } from '../../lib/core/window.ts';
import { PIPELINE } from '../pipeline.ts';
import { openMappingFiles } from './lambda/event-source-mapping/mapping-files.ts';
import { LOCAL } from './local-settings.ts';
import type { RuntimeParts } from './runtime-parts.ts';

/** What a start found, in sentences for the person who started. */
export interface StartReport {
  /** What a kill had left, and how it goes on. */
  readonly recovered: readonly string[];
  /** Settings that meet data of another setting. */
  readonly notes: readonly string[];
  /** Open shards of the stream. */
  readonly shardCount: number;
}

/** `killedPid` null: the run before ended by itself, or there was none. `wasResetting`: it was killed in a reset. */
export async function reportOf(
  parts: RuntimeParts,
  killedPid: number | null,
  wasResetting: boolean,
): Promise<StartReport> {
  const { settings } = parts;
  const isEmpty = settings.runs === 'nothing';
  const shards = isEmpty ? [] : parts.streams.home.stream(PIPELINE.stream.name).shards;
  const shardCount = shards.filter((shard) => shard.isOpen).length;
  const notes: string[] = [];
  if (!isEmpty && settings.shardCount !== shardCount && settings.shardCount !== PIPELINE.stream.shardCount) {
    notes.push(
      `${LOCAL.shardCount} is ${settings.shardCount}, but the stream that is there keeps its ${shardCount}: it counts when the stream is created.`,
    );
  }
  const before = parts.windowSecondsBefore;
  if (before !== null && before !== settings.windowSeconds) {
    notes.push(
      `Windows are ${settings.windowSeconds} s long now, ${before} s before: what the open ones held is folded again, nothing is lost.`,
    );
  }
  if (parts.readsAgain) {
    notes.push(
      `The mapping of ${PIPELINE.stream.name} was not there, and is made anew: what the stream still holds is read from the beginning. Where it had been counted in windows of another length than ${settings.windowSeconds} s, it counts twice; a reset begins afresh.`,
    );
  }
  const recovered = wasResetting
    ? ['the last run was killed in the middle of a reset, which is finished now: all its data is deleted']
    : [...(await goesOn(parts, killedPid)), ...mended(parts)];
  return { recovered, notes, shardCount };
}

/** Where the work of a killed run goes on. */
async function goesOn(parts: RuntimeParts, killedPid: number | null): Promise<string[]> {
  if (killedPid === null) return [];
  const records = parts.streams.home.recovery.reduce((sum, shard) => sum + shard.recordCount, 0);
  const files = openMappingFiles(path.join(parts.settings.dataDir, 'event-source-mappings'));
  const own = parts.mappingUuid;
  const checkpoints = own === '' ? [] : [...(await files.checkpoints(own))];
  return [
    `the last run (process id ${killedPid}) was killed; ${counted(records, 'record')} of its streams are there`,
    ...checkpoints.flatMap(([shardId, { progress }]) =>
      progress.open === null
        ? []
        : `${shardId} goes on in its window of ${windowTime(progress.open.startMs)}, with ${counted(progress.open.recordCount, 'record')} folded`,
    ),
  ];
}

function mended({ objects, streams }: RuntimeParts): string[] {
  const cut = streams.home.recovery
    .filter(({ cutBytes }) => cutBytes > 0)
    .map(
      ({ streamName, shardId, cutBytes }) =>
        `${streamName} ${shardId}: ${counted(cutBytes, 'half-written byte')} cut off (nobody was told that they were stored)`,
    );
  const { sweptFiles } = objects;
  return sweptFiles === 0 ? cut : [...cut, `${counted(sweptFiles, 'half-written object')} swept away`];
}
