import { accessSync, constants, statSync } from 'node:fs';
import { createControlService } from './control.ts';
import { controlActions, controlStatus } from './control-actions.ts';
import { lockDataDir } from './data-dir.ts';
import { clearData, finishReset } from './data-reset.ts';
import { failureAnswer } from './http/failure.ts';
import { openGateway } from './http/gateway.ts';
import type { HttpService } from './http/http.ts';
import type { ServiceName } from './http/service-name.ts';
import { kindOf } from './lambda/functions/function-definition.ts';
import { LOCAL, type LocalSettings, SettingError } from './local-settings.ts';
import { ResettableParts } from './resettable-parts.ts';
import { openParts } from './runtime-parts.ts';
import { reportOf, type StartReport } from './start-report.ts';

/** AWS on one machine: the services behind one port, and the pipeline deployed in them. */
export interface Runtime {
  readonly url: string;
  readonly report: StartReport;
  close(): Promise<void>;
}

const PORTS_TO_TRY = 50;

/** Throws DataDirError, SettingError for a consumer that cannot run, and an Error in words when no port is free. */
export async function openRuntime(settings: LocalSettings): Promise<Runtime> {
  if (settings.runs !== 'nothing') requireConsumer(settings);
  const lock = await lockDataDir(settings.dataDir);
  const startedMs = Date.now();
  // The functions must know the port before they run, so requests that come before the parts are open wait for them.
  const parts = new ResettableParts({
    open: () => openParts(settings, gateway.url),
    clear: async () => {
      await clearData(settings.dataDir);
      await lock.announce(gateway.port); // it went, too, where the whole folder was deleted
    },
  });
  const forward =
    (name: Exclude<ServiceName, 'control'>): HttpService =>
    async (request) => {
      const { unavailable } = parts;
      // AWS's clients try such an answer again by themselves.
      if (unavailable !== null) return failureAnswer(name, 'unavailable', unavailable, request);
      return (await parts.current).services[name](request);
    };
  const control = createControlService({
    health: () => ({
      status: parts.unavailable === null ? 'ok' : 'unavailable',
      pid: process.pid,
      dataDir: settings.dataDir,
      startedMs,
    }),
    status: async () => controlStatus(await parts.current),
    actions: controlActions(
      () => parts.current,
      () => parts.reset(),
    ),
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
    const wasCutOff = await finishReset(settings.dataDir);
    const opened = await parts.open();
    await lock.announce(gateway.port);
    lock.watch((pid) => endAtOnce(settings.dataDir, pid));
    // The first click should not have to wait for two cold starts.
    for (const { name } of opened.pool.functions) {
      void opened.pool.warm(name).then((problem) => {
        if (problem !== null) console.error(notLoaded(name, problem));
      });
    }
    return {
      url: gateway.url,
      report: await reportOf(opened, lock.killedPid, wasCutOff),
      close: async () => {
        try {
          await gateway.close();
          await parts.close();
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

/** What runs the consumer. Throws SettingError when its file is not there, or is one to be executed and may not be. */
export function requireConsumer({ consumerHandler: { file } }: LocalSettings): ReturnType<typeof kindOf> {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new SettingError(LOCAL.consumer, file, 'a file that is there');
  }
  const kind = kindOf(file);
  try {
    if (kind === 'provided') accessSync(file, constants.X_OK);
    return kind;
  } catch {
    const expected = 'a .ts, .js or .py file, or one that may be executed (chmod +x)';
    throw new SettingError(LOCAL.consumer, file, expected);
  }
}

const notLoaded = (name: string, problem: string) =>
  `The function ${name} cannot be loaded, so each of its invocations fails until its file is mended:\n  ${problem.replaceAll('\n', '\n  ')}`;

/** Stores nothing more: what this process has not written is in nobody's way, and what it would write is in the other's. */
function endAtOnce(dataDir: string, pid: number): void {
  console.error(
    `The data folder ${dataDir} was taken over by the process ${pid}, after runtime.lock had been deleted. This runtime ends, so that no record is lost.`,
  );
  process.exit(1);
}
