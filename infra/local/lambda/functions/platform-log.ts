import type { LogSink } from '../../logs/log-sink.ts';
import type { LambdaFunction } from './function-definition.ts';

/** Lambda gives the caller at most the last 4 KB. */
const TAIL_BYTES = 4_096;

export interface PlatformReport {
  readonly status: 'success' | 'error' | 'timeout';
  readonly durationMs: number;
  readonly memoryBytes: number;
  /** How long the sandbox took to start, when this invocation waited for it. */
  readonly initMs?: number;
  /** How the sandbox ended in place of an answer: what the runtime in it could not log itself. */
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
}

/**
 * One invocation's lines: START, what the function wrote, END, REPORT; each goes to the log stream of the sandbox that ran
 * it, and the last ones to the caller who asked for them.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
export class PlatformLog {
  readonly #definition: LambdaFunction;
  readonly #logStreamName: string;
  readonly #requestId: string;
  readonly #sink: LogSink;
  readonly #lines: string[] = [];
  #bytes = 0;

  constructor(definition: LambdaFunction, logStreamName: string, requestId: string, sink: LogSink) {
    this.#definition = definition;
    this.#logStreamName = logStreamName;
    this.#requestId = requestId;
    this.#sink = sink;
  }

  write(timestampMs: number, message: string): void {
    this.#sink.append(this.#definition.logGroupName, this.#logStreamName, timestampMs, message);
    this.#lines.push(message);
    this.#bytes += message.length + 1;
    while (this.#bytes - (this.#lines[0]?.length ?? 0) - 1 > TAIL_BYTES) {
      this.#bytes -= (this.#lines.shift()?.length ?? 0) + 1;
    }
  }

  start(nowMs: number): void {
    if (this.#definition.loggingFormat === 'JSON') {
      this.#platform(nowMs, 'platform.start', {
        requestId: this.#requestId,
        version: this.#definition.version,
      });
    } else this.write(nowMs, `START RequestId: ${this.#requestId} Version: ${this.#definition.version}\n`);
  }

  end(nowMs: number, report: PlatformReport): void {
    const { memoryMb } = this.#definition;
    const billedMs = Math.ceil(report.durationMs);
    const usedMb = Math.min(memoryMb, Math.ceil(report.memoryBytes / 1_048_576));
    if (this.#definition.loggingFormat === 'JSON') {
      this.#platform(nowMs, 'platform.report', {
        requestId: this.#requestId,
        metrics: {
          durationMs: Number(report.durationMs.toFixed(3)),
          billedDurationMs: billedMs,
          memorySizeMB: memoryMb,
          maxMemoryUsedMB: usedMb,
          ...(report.initMs === undefined ? {} : { initDurationMs: Number(report.initMs.toFixed(3)) }),
        },
        status: report.status,
        ...(report.error === undefined ? {} : { errorType: report.error.errorType }),
      });
      return;
    }
    this.write(nowMs, `END RequestId: ${this.#requestId}\n`);
    const init = report.initMs === undefined ? '' : `Init Duration: ${report.initMs.toFixed(2)} ms\t`;
    const { error } = report;
    const errorType = report.status === 'error' ? `Error Type: ${error?.errorType}\t` : '';
    const status = error === undefined ? '' : `Status: ${report.status}\t${errorType}`;
    this.write(
      nowMs,
      `REPORT RequestId: ${this.#requestId}\tDuration: ${report.durationMs.toFixed(2)} ms\t` +
        `Billed Duration: ${billedMs} ms\tMemory Size: ${memoryMb} MB\tMax Memory Used: ${usedMb} MB\t${init}${status}\n`,
    );
    if (error === undefined) return;
    const afterword =
      report.status === 'timeout'
        ? `${new Date(nowMs).toISOString()} ${this.#requestId} ${error.errorMessage.split('Error: ').at(-1)}\n\n`
        : `${error.errorMessage}\n${error.errorType}\n`;
    this.write(nowMs, afterword);
  }

  /** The newest 4 KB, as text. */
  tail(): string {
    const lines = this.#lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`));
    const text = Buffer.from(lines.join(''));
    return text.subarray(Math.max(0, text.length - TAIL_BYTES)).toString();
  }

  #platform(nowMs: number, type: string, record: object): void {
    this.write(nowMs, JSON.stringify({ time: new Date(nowMs).toISOString(), type, record }));
  }
}
