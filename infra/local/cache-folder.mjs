import { accessSync, constants, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A folder for what can be made again: in the checkout, which every data folder shares, or below `dataDir` where the
 * checkout cannot be written. Throws the file system's error where neither can.
 * @param {string} name
 * @param {string} dataDir
 * @returns {string}
 */
export function cacheFolder(name, dataDir) {
  const shared = path.join(CHECKOUT, 'node_modules/.cache', name);
  try {
    mkdirSync(shared, { recursive: true });
    accessSync(shared, constants.W_OK);
    return shared;
  } catch {
    const own = path.join(dataDir, 'cache', name);
    mkdirSync(own, { recursive: true });
    return own;
  }
}
