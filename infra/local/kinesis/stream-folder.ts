import { hash } from 'node:crypto';

/**
 * The folder of a stream's files: its name, made safe. A name may be `.` or `..`, and two names may differ in case only,
 * which some file systems do not tell apart. `%` and `~` are in no stream name.
 */
export function folderOfStream(streamName: string): string {
  const visible = streamName.replace(/^\./, '%2E');
  if (streamName === streamName.toLowerCase()) return visible;
  return `${visible}~${hash('md5', streamName, 'hex').slice(0, 8)}`;
}
