import path from 'node:path';
import type { Clock } from '../clock.ts';
import { LogStore } from './log-store.ts';

export interface LogsOptions {
  /** The logs are in `<dataDir>/logs`, those of other regions in `<dataDir>/regions/<region>/logs`. */
  readonly dataDir: string;
  readonly clock: Clock;
  /** The runtime's own. */
  readonly region: string;
}

/** Opens the log groups of the runtime's own region; others are opened when they are asked for. Rejects when the disk refuses. */
export async function openLogs(options: LogsOptions): Promise<RegionalLogs> {
  const home = await opened(options.dataDir, options.clock);
  return new RegionalLogs(options, home);
}

/** The account's log groups: a region is a namespace of its own. */
export class RegionalLogs {
  readonly region: string;
  readonly home: LogStore;
  readonly #options: LogsOptions;
  readonly #byRegion = new Map<string, Promise<LogStore>>();

  constructor(options: LogsOptions, home: LogStore) {
    this.#options = options;
    this.region = options.region;
    this.home = home;
    this.#byRegion.set(options.region, Promise.resolve(home));
  }

  in(region: string): Promise<LogStore> {
    const known = this.#byRegion.get(region);
    if (known !== undefined) return known;
    const opening = opened(path.join(this.#options.dataDir, 'regions', region), this.#options.clock);
    this.#byRegion.set(region, opening);
    opening.catch(() => this.#byRegion.delete(region)); // so that the next request tries again
    return opening;
  }

  async close(): Promise<void> {
    for (const opening of this.#byRegion.values()) await (await opening).close();
  }
}

async function opened(dataDir: string, clock: Clock): Promise<LogStore> {
  const store = new LogStore(path.join(dataDir, 'logs'), clock);
  await store.open();
  return store;
}
