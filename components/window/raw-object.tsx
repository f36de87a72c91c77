'use client';

import useSWR from 'swr';
import { getJson, type RequestError } from '@/components/live/request';
import { CopyButton } from '@/components/ui/copy-button';
import type { Format } from '@/components/ui/format';
import { ProblemNote } from '@/components/ui/problem-note';
import type { ObjectAnswer } from '@/lib/contract/answers';

/** One object of the bucket as it is stored, and the command that shows the same. */
export function RawObject({ objectKey, format }: { objectKey: string; format: Format }) {
  const { data, error } = useSWR<ObjectAnswer, RequestError>(
    `/api/objects?${new URLSearchParams({ key: objectKey })}`,
    getJson,
  );
  if (data === undefined) {
    return error === undefined ? (
      <p className="text-muted">Reading the object…</p>
    ) : (
      <ProblemNote problem={error.problem} />
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <p className="text-muted text-xs">
        {format.count(data.size)} bytes, written {format.day(data.lastModifiedMs)}{' '}
        {format.clock(data.lastModifiedMs)}, {data.contentType}
      </p>
      <pre
        data-testid="raw-object"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
        className="wrap-anywhere max-h-80 overflow-auto whitespace-pre-wrap rounded border border-line bg-panel p-3 font-mono text-xs"
      >
        {pretty(data.text)}
      </pre>
      {data.command !== '' && <p className="break-all font-mono text-xs">{data.command}</p>}
      <div className="-ml-2 flex flex-wrap gap-1">
        <CopyButton text={data.key}>Copy key</CopyButton>
        {data.command !== '' && <CopyButton text={data.command}>Copy command</CopyButton>}
        {data.consoleUrl !== null && (
          <a
            href={data.consoleUrl}
            target="_blank"
            rel="noreferrer"
            className="inline-flex min-h-8 items-center px-2 underline"
          >
            Open in the AWS console
          </a>
        )}
      </div>
    </div>
  );
}

/** As it is when it is not JSON. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
