import 'server-only';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import type { Receipt } from '../contract/answers.ts';
import { centsOf } from '../core/cents.ts';
import { excerptOfText } from '../core/excerpt.ts';
import { logGroupOf } from '../core/invocation-log.ts';
import { MAX_RECORD_COUNT, recordCountWords } from '../core/record-count.ts';
import type { Metrics } from './metrics.ts';
import { badRequest, ProblemError, problem, problemOf } from './problem.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Settings } from './settings.ts';

/** Each keeps a connection and a Lambda instance busy. */
const MAX_IN_FLIGHT = 10;

const request = z.strictObject({ record_count: z.int().min(1).max(MAX_RECORD_COUNT).nullish() });

const cents = z.number().transform((amount, context) => {
  const exact = centsOf(amount);
  if (exact === null) context.addIssue({ code: 'custom', message: 'more than two decimals' });
  return exact ?? 0;
});
const answer = z.object({
  statusCode: z.number(),
  body: z.string(),
});
const body = z.object({
  message: z.object({
    status: z.boolean(),
    record_count: z.int().min(0),
    tot_sales: cents,
    request_id: z.string().optional(),
    error_message: z.string().optional(),
  }),
});

/** Invokes the producer function and says what came of it. */
export class Producer {
  readonly #settings: Settings;
  readonly #lambda: LambdaClient;
  readonly #metrics: Metrics;
  readonly #limits: RateLimits;
  readonly #now: () => number;
  #inFlight = 0;

  constructor(
    settings: Settings,
    lambda: LambdaClient,
    metrics: Metrics,
    limits: RateLimits,
    now: () => number,
  ) {
    this.#settings = settings;
    this.#lambda = lambda;
    this.#metrics = metrics;
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * `asked` is the request's parsed JSON: `{}` or `{"record_count": n}`; `client` is whose bound it counts against. Throws
   * ProblemError.
   */
  async generate(asked: unknown, client: string): Promise<Receipt> {
    const parsed = request.safeParse(asked);
    if (!parsed.success) {
      throw badRequest(recordCountWords(asked));
    }
    if (this.#inFlight >= MAX_IN_FLIGHT) {
      throw new ProblemError(
        problem('throttled', `${MAX_IN_FLIGHT} invocations are on their way; wait until one is back.`),
        429,
      );
    }
    this.#inFlight += 1;
    try {
      const count = parsed.data.record_count ?? null;
      const receipt = await this.#limits.selling(client, count, () =>
        this.#invoke(count === null ? {} : { record_count: count }),
      );
      this.#metrics.generateCalls += 1;
      this.#metrics.generatedRecords += receipt.recordCount;
      return receipt;
    } catch (error) {
      this.#metrics.errors += 1;
      throw error;
    } finally {
      this.#inFlight -= 1;
    }
  }

  async #invoke(event: object): Promise<Receipt> {
    const { producerFunction, region, endpoint } = this.#settings;
    const sentMs = this.#now();
    const response = await this.#lambda
      .send(new InvokeCommand({ FunctionName: producerFunction, Payload: JSON.stringify(event) }))
      .catch((error: unknown) => {
        const resource = functionArn(producerFunction, region);
        const asked = { action: 'lambda:InvokeFunction', resource, endpoint, region };
        throw new ProblemError(problemOf(error, asked));
      });
    const raw = response.Payload?.transformToString() ?? '';
    if (response.FunctionError !== undefined) throw functionError(producerFunction, raw);
    const { status, record_count, tot_sales, request_id, error_message } = parseAnswer(producerFunction, raw);
    return {
      requestId: request_id ?? response.$metadata.requestId ?? '',
      sentMs,
      durationMs: this.#now() - sentMs,
      recordCount: record_count,
      salesCents: tot_sales,
      complete: status,
      errorMessage: error_message ?? null,
      raw,
    };
  }
}

export function functionArn(name: string, region: string | null): string {
  return name.startsWith('arn:') ? name : `arn:aws:lambda:${region ?? '*'}:*:function:${name}`;
}

/** A thrown error comes as `{"errorType", "errorMessage", …}`, a timeout as `{"errorMessage": "… Task timed out …"}`. */
function functionError(name: string, raw: string): ProblemError {
  const parsed = z
    .object({ errorType: z.string().optional(), errorMessage: z.string() })
    .safeParse(jsonOf(raw));
  const said = parsed.success
    ? excerptOfText([parsed.data.errorType, parsed.data.errorMessage].filter(Boolean).join(': '), 300)
    : excerptOfText(raw, 300);
  return new ProblemError(
    problem('function-error', `${name} failed: ${said}`, {
      fix: `aws logs tail ${logGroupOf(name)} --since 10m`,
    }),
  );
}

function parseAnswer(name: string, raw: string): z.output<typeof body>['message'] {
  const outer = answer.safeParse(jsonOf(raw));
  const inner = outer.success ? body.safeParse(jsonOf(outer.data.body)) : null;
  if (!outer.success || !inner?.success) {
    throw new ProblemError(
      problem(
        'function-error',
        `Expected ${name} to answer {"statusCode": 200, "body": "{\\"message\\": …}"}, got ${excerptOfText(raw, 300)}`,
      ),
    );
  }
  const { message } = inner.data;
  if (outer.data.statusCode !== 200) {
    throw new ProblemError(
      problem(
        'function-error',
        `${name} refused: ${excerptOfText(message.error_message ?? String(outer.data.statusCode), 300)}`,
      ),
    );
  }
  return message;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
