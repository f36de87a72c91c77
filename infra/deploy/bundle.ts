import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePage } from './page-bundle.ts';

/** `npm run bundle`. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = path.relative(root, bundlePage(root));
console.log(`\nThe page is in ${folder}. Anywhere with Node.js: node server.js in that folder.`);
