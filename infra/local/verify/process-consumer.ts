import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../clock.ts';
import { openGateway } from '../http/gateway.ts';
import { openFunctionPool } from '../lambda/functions/function-pool.ts';
import type { HandlerHost } from '../testing/handler-call.ts';
import { SIMULATED_SERVICES } from '../testing/in-process-s3.ts';

const NAME = 'consumer';

export interface ProcessConsumer extends HandlerHost {
  close(): Promise<void>;
}

/** A consumer in Python, or an executable, as a process: by the Runtime API, with S3 on a port. Its clock is the machine's. */
export async function openProcessConsumer(
  file: string,
  exportName: string,
  variables: Readonly<Record<string, string>>,
): Promise<ProcessConsumer> {
  const cacheDir = mkdtempSync(path.join(tmpdir(), 'tumbling-windows-verify-'));
  const gateway = await openGateway({ port: 0, services: SIMULATED_SERVICES, onError: () => {} });
  const definition = {
    name: NAME,
    handlerFile: file,
    handlerExport: exportName,
    environment: {
      AWS_ENDPOINT_URL: gateway.url,
      AWS_ACCESS_KEY_ID: 'simulated',
      AWS_SECRET_ACCESS_KEY: 'simulated',
      ...variables,
    },
    timeoutSeconds: 60,
    memoryMb: 512,
  };
  const pool = openFunctionPool({
    functions: [definition],
    cacheDir,
    clock: systemClock,
    logs: { append: () => {} },
  });
  return {
    call: async (payload, { requestId }) => {
      const outcome = await pool.invoke(NAME, payload, requestId);
      if (outcome.kind === 'success') return { kind: 'answer', payload: outcome.payload };
      if (outcome.kind === 'function-error') return { kind: 'error', payload: outcome.payload };
      const { errorType, message: errorMessage } = outcome;
      return { kind: 'error', payload: JSON.stringify({ errorType, errorMessage }) };
    },
    restart: () => pool.put(definition),
    close: async () => {
      await pool.close();
      await gateway.close();
      rmSync(cacheDir, { recursive: true, force: true });
    },
  };
}
