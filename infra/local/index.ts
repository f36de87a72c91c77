/** The one door: whoever is outside enters here, the npm package's readers by the last of these lines. */
export { runningRuntime } from './data-dir.ts';
export { adoptEnvironment, localEnvironment, pageEnvironment } from './environment.ts';
export {
  type Environment,
  LOCAL,
  type LocalSettings,
  pagePort,
  readLocalSettings,
} from './local-settings.ts';
export { deployed } from './page-settings.ts';
export * from './testing/testing.ts';
export { freePort } from './web-page.ts';
