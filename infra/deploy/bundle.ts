import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePage } from './page-bundle.ts';

/** `npm run bundle`. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = path.relative(ROOT, bundlePage(ROOT));
console.log(`\nThe page is in ${FOLDER}. Anywhere with Node.js: node server.js in that folder.`);
