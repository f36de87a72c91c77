import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { limitedCalls } from './limited-calls.ts';

/**
 * What Lambda keeps free for functions without a reservation: it refuses one that leaves less.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 */
const LEAST_UNRESERVED = 100;

/** Why nothing can be reserved for a function, in a sentence; null when it can. Never throws. */
export async function whyNotReserved(
  region: string,
  functionName: string,
  reserved: number,
  callMs?: number,
): Promise<string | null> {
  const lambda = new LambdaClient(limitedCalls(region, callMs));
  try {
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
    const unreserved = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
    const own = await reservedFor(lambda, functionName);
    if (unreserved + own - reserved >= LEAST_UNRESERVED) return null;
    return `The account has ${unreserved + own} concurrent executions for all functions without a reservation: that bounds ${functionName} too, and Lambda lets none of them be reserved for it.`;
  } catch (error) {
    const why = error instanceof Error ? error.name : String(error);
    return `What the account may reserve is not told (${why}): nothing bounds ${functionName} but the account's own limit. Where that is 1000, say -c reservedConcurrency=${reserved}.`;
  } finally {
    lambda.destroy();
  }
}

async function reservedFor(lambda: LambdaClient, functionName: string): Promise<number> {
  try {
    const { ReservedConcurrentExecutions = 0 } = await lambda.send(
      new GetFunctionConcurrencyCommand({ FunctionName: functionName }),
    );
    return ReservedConcurrentExecutions;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return 0;
    throw error;
  }
}
