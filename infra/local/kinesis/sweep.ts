import type { Clock } from '../clock.ts';
import { StorageError } from './kinesis-error.ts';
import type { Stream } from './stream.ts';

/** How often records that are too old are looked for where nobody puts or reads. */
const SWEEP_MS = 60_000;

/** Forgets what is too old, in all the streams that there are, until the signal. */
export async function sweep(
  streams: ReadonlyMap<string, Stream>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(SWEEP_MS, signal);
    if (signal.aborted) return;
    for (const stream of streams.values()) {
      try {
        stream.trim(clock.now());
      } catch (error) {
        if (!(error instanceof StorageError)) throw error; // the disk refused: tried again in a minute
      }
    }
  }
}
