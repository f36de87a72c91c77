import path from 'node:path';
import { counted } from '../../lib/core/counted.ts';
import { PIPELINE } from '../pipeline.ts';
import { clientEnvironment } from './environment.ts';
import type { LocalSettings } from './local-settings.ts';
import type { Runtime } from './runtime.ts';
import type { WebPage } from './web-page.ts';

/** What a start says once everything answers: where it all is, and the line to paste into a shell. */
export function startTable(
  settings: LocalSettings,
  runtime: Runtime | null,
  page: { readonly web: WebPage; readonly wantedPort: number } | null,
): string {
  const rows: [string, string][] = [];
  if (page !== null) rows.push(['Page', `${page.web.url}${taken(page.wantedPort, page.web.url)}`]);
  if (runtime !== null) {
    const { shardCount } = runtime.report;
    rows.push(['AWS endpoint', `${runtime.url}${taken(settings.port, runtime.url)}`]);
    if (settings.runs === 'consumer') {
      const { file } = settings.consumerHandler;
      rows.push(['Consumer', `${PIPELINE.consumer.functionName}, ${path.relative(process.cwd(), file)}`]);
    }
    if (settings.runs !== 'nothing') {
      rows.push(['Bucket', PIPELINE.bucket.localName]);
      rows.push(['Stream', `${PIPELINE.stream.name}, ${counted(shardCount, 'shard')}`]);
      rows.push(['Window', `${settings.windowSeconds} s`]);
    }
    rows.push(['Data folder', path.relative(process.cwd(), settings.dataDir) || '.']);
  }
  const lines = [
    ...(runtime?.report.recovered.map((line) => `Recovered: ${line}`) ?? []),
    ...(runtime?.report.notes.map((line) => `Note: ${line}`) ?? []),
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(13)} ${value}`),
  ];
  if (runtime !== null) {
    const variables = Object.entries(clientEnvironment(runtime.url, settings));
    lines.push('', `  export ${variables.map(([name, value]) => `${name}=${value}`).join(' ')}`);
  }
  lines.push('', `  Ctrl-C ends everything${runtime === null ? '' : '; the data stays'}.`, '');
  return lines.join('\n');
}

/** Why a port is not the one that was asked for. */
function taken(wantedPort: number, url: string): string {
  return wantedPort === 0 || url.endsWith(`:${wantedPort}`) ? '' : `  (${wantedPort} is taken)`;
}
