import { counted } from '../../../lib/core/counted.ts';
import { SETTINGS } from '../../../lib/core/setting-names.ts';
import { PIPELINE } from '../../pipeline.ts';
import { onEnd } from '../ending.ts';
import { readLocalSettings } from '../local-settings.ts';
import { requireConsumer } from '../runtime.ts';
import { openNodeConsumer } from '../verify/node-consumer.ts';
import { openProcessConsumer } from '../verify/process-consumer.ts';
import { readSample } from '../verify/sample-file.ts';
import { verifyConsumer } from '../verify/verification.ts';
import { verifyReport } from '../verify/verify-report.ts';
import type { RunOptions, VerifyOptions } from './command-arguments.ts';

const SCHEDULES = 1000;
/** Longer than this nobody waits without a word. */
const SILENT_MS = 5000;
/** Of a consumer that runs as a process, anew for each schedule. */
const PROCESS_SCHEDULES = 100;

/** `tumbling-windows verify`. Resolves with whether the consumer holds. */
export async function verify(options: RunOptions & VerifyOptions): Promise<boolean> {
  const { environment, ignore, records, schedules, seed, sum, variables } = options;
  const settings = readLocalSettings(environment, process.cwd());
  const isNode = requireConsumer(settings) === 'nodejs';
  const { shardCount, windowSeconds } = settings;
  const { exportName, file } = settings.consumerHandler;
  const ofConsumer = { [SETTINGS.bucket]: PIPELINE.bucket.localName, ...variables };
  const sample = {
    records: readSample(records, windowSeconds),
    windowSeconds,
    shards: shardCount,
    environment: { ...ofConsumer, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  };
  const within = isNode ? await openNodeConsumer(file, exportName).catch(unlessItAwaits) : null;
  const host =
    within === null
      ? await openProcessConsumer(file, exportName, ofConsumer)
      : { ...within, close: async () => {} };
  // A process of the consumer's is in a group of its own, which no Ctrl-C reaches.
  onEnd(() => void host.close().finally(() => process.exit(1)));
  const count = seed === null ? (schedules ?? (within === null ? PROCESS_SCHEDULES : SCHEDULES)) : 1;
  const say = process.stderr.write.bind(process.stderr);
  let saidMs = performance.now();
  const restore = silence();
  const verification = await verifyConsumer({
    sample,
    host,
    sum,
    ignore,
    firstSeed: seed ?? 1,
    schedules: count,
    onProgress: (done) => {
      if (done === count || performance.now() - saidMs < SILENT_MS) return;
      saidMs = performance.now();
      say(`${done} of ${counted(count, 'schedule')} played …\n`);
    },
    onBroken: (broken) =>
      say(`The schedule of seed ${broken} breaks it: looking for the least of it that does …\n`),
  }).finally(async () => {
    restore();
    await host.close();
  });
  const given = process.argv
    .slice(2)
    .filter((each, index, all) => !isSeed(each) && !isSeed(all[index - 1] ?? ''));
  const replay = (ofSeed: number) => `tumbling-windows ${given.join(' ')} --seed ${ofSeed}`;
  console.log(verifyReport(verification, replay).join('\n'));
  return verification.kind === 'holds';
}

/** A module that awaits while it is loaded cannot be evaluated afresh within this process, and runs in a worker of its own. */
function unlessItAwaits(error: unknown): null {
  if (error instanceof Error && error.message.includes('Top-level await')) return null;
  throw error;
}

const isSeed = (text: string) => text === '--seed' || text === '--schedules';

/** What a handler prints in thousands of runs is not what was asked for. */
function silence(): () => void {
  const streams = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write }));
  for (const { stream } of streams) stream.write = () => true;
  return () => {
    for (const { stream, write } of streams) stream.write = write;
  };
}
