import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import {
  type Environment,
  freePort,
  type LocalSettings,
  pagePort,
  readLocalSettings,
} from '../local/index.ts';
import { type Check, failed, look, ok } from './check.ts';

/** The oldest Node.js that everything runs on; the same as in package.json. */
const LEAST_NODE = [20, 19] as const;

export function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
    ? ok('Node.js', version)
    : failed(
        'Node.js',
        version,
        `Install Node.js ${LEAST_NODE.join('.')} or newer, such as with \`nvm install\`.`,
      );
}

/** The settings as a start would read them; null when it would refuse them. */
export function settingsCheck(
  env: Environment,
  cwd: string,
): { readonly check: Check; readonly settings: LocalSettings | null } {
  try {
    pagePort(env);
    const settings = readLocalSettings(env, cwd);
    const { file } = settings.consumerHandler;
    const check = existsSync(file)
      ? ok('Settings', `windows of ${settings.windowSeconds} s, consumer ${path.relative(cwd, file)}`)
      : failed('Settings', `there is no file ${file}`, 'Set CONSUMER_HANDLER to a file that is there.');
    return { check, settings };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { check: { name: 'Settings', ok: false, found: message, fix: null }, settings: null };
  }
}

/** A taken port mends itself at the start; only a machine without a free one does not. */
export function portCheck(name: string, variable: string, port: number): Promise<Check> {
  return look(name, `End a server, or set ${variable}.`, async () => {
    const free = await freePort(port);
    return free === port ? `${port} is free` : `${port} is taken; a start takes ${free}`;
  });
}

export function dataFolderCheck(dataDir: string): Check {
  let folder = dataDir;
  while (!existsSync(folder) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    return ok('Data folder', existsSync(dataDir) ? dataDir : `${dataDir}, made by the first start`);
  } catch {
    return failed(
      'Data folder',
      `${folder} cannot be written`,
      'Make it writable, or set LOCAL_DATA_DIR to another folder.',
    );
  }
}
