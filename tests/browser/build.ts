import { fileURLToPath } from 'node:url';
import { ensureBuild } from '../../infra/local/web-page.ts';

/** The browser tests look at the production page. */
export default function build(): Promise<void> {
  return ensureBuild(fileURLToPath(new URL('../..', import.meta.url)), process.env);
}
