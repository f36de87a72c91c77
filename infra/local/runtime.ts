import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { createControlService } from './control.ts';
import { controlActions, controlStatus } from './control-actions.ts';
import { lockDataDir } from './data-dir.ts';
import { type Deferred, deferred } from './deferred.ts';
import { failureAnswer } from './http/failure.ts';
import { openGateway } from './http/gateway.ts';
import type { HttpService } from './http/http.ts';
import type { ServiceName } from './http/service-name.ts';
import { closeParts, openParts, type RuntimeParts } from './runtime-parts.ts';
import { type LocalSettings, SettingError } from './settings.ts';
import { reportOf, type StartReport } from './start-report.ts';

/** AWS on one machine: the services behind one port, and the pipeline deployed in them. */
export interface Runtime {
  readonly url: string;
  readonly report: StartReport;
  close(): Promise<void>;
}

const PORTS_TO_TRY = 50;

/** What a reset deletes: everything but the lock. */
const DATA_FOLDERS = ['kinesis', 's3', 'event-source-mappings', 'logs'];

/** Throws DataDirError, SettingError when the consumer's file is not there, and an Error in words when no port is free. */
export async function openRuntime(settings: LocalSettings): Promise<Runtime> {
  if (!existsSync(settings.consumerHandler.file)) {
    throw new SettingError('CONSUMER_HANDLER', settings.consumerHandler.file, 'a file that is there');
  }
  const lock = await lockDataDir(settings.dataDir);
  const startedMs = Date.now();
  // The functions must know the port before they run, so requests that come before the parts are open wait for them.
  let parts: Deferred<RuntimeParts> = deferred();
  let isResetting = false;
  const forward =
    (name: Exclude<ServiceName, 'control'>): HttpService =>
    async (request) =>
      // Not to wait: what a function of before had sent must not end up in the data of after.
      // AWS's clients try such an answer again by themselves.
      isResetting
        ? failureAnswer(name, 'unavailable', 'The local runtime is being reset. Try again.', request)
        : (await parts.promise).services[name](request);

  let lastReset: Promise<void> = Promise.resolve();
  /** One after the other, however often it is asked for. */
  const reset = () => {
    lastReset = lastReset.catch(() => {}).then(startAfresh);
    return lastReset;
  };
  const startAfresh = async () => {
    const old = await parts.promise;
    const next = deferred<RuntimeParts>();
    parts = next;
    isResetting = true;
    try {
      await closeParts(old);
      await Promise.all(
        DATA_FOLDERS.map((folder) =>
          rm(path.join(settings.dataDir, folder), { recursive: true, force: true, maxRetries: 3 }),
        ),
      );
      next.resolve(await openParts(settings, gateway.url));
    } catch (error) {
      next.reject(error); // every request says so, until the next start
      throw error;
    } finally {
      isResetting = false;
    }
  };
  const control = createControlService({
    health: () => ({ status: 'ok', pid: process.pid, dataDir: settings.dataDir, startedMs }),
    status: async () => controlStatus(await parts.promise),
    actions: controlActions(() => parts.promise, reset),
  });

  const portsToTry = settings.port === 0 ? 1 : Math.min(PORTS_TO_TRY, 65_536 - settings.port);
  const gateway = await openGateway({
    port: settings.port,
    portsToTry,
    services: {
      kinesis: forward('kinesis'),
      lambda: forward('lambda'),
      logs: forward('logs'),
      s3: forward('s3'),
      sts: forward('sts'),
      control,
    },
    onError: (error, request) => console.error(`${request.method} ${request.path} failed:`, error),
  }).catch(async (error: unknown) => {
    await lock.release();
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!isTaken) throw error;
    throw new Error(
      `No port from ${settings.port} to ${settings.port + portsToTry - 1} is free. End a server, or set LOCAL_AWS_PORT.`,
    );
  });
  try {
    const opened = await openParts(settings, gateway.url);
    parts.resolve(opened);
    await lock.announce(gateway.port);
    // The first click should not have to wait for two cold starts.
    for (const { name } of opened.pool.functions) void opened.pool.warm(name);
    return {
      url: gateway.url,
      report: await reportOf(opened, lock.killedPid),
      close: async () => {
        try {
          await gateway.close();
          await parts.promise.then(closeParts, () => {});
        } finally {
          await lock.release();
        }
      },
    };
  } catch (error) {
    await gateway.close();
    await lock.release();
    throw error;
  }
}
