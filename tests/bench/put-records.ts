import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../infra/local/web-page.ts';
import { endProcess, startProcess } from '../runtime-process.ts';
import { cpuSeconds, KinesisLoad, putRecordsBody, RECORDS_PER_CALL } from './kinesis-load.ts';
import type { Row } from './row.ts';

const CONNECTIONS = 4;
const SHARDS = 4;
const ROUNDS = 5;
/** Calls of a round: so many that a round takes about a second. */
const OWN_CALLS = 300;
const KINESALITE_CALLS = 30;
/** kinesis-local's cost grows with what it holds: it is measured with 10,000 to 15,000 records in it. */
const KINESIS_LOCAL_CALLS = { warmUp: 20, measured: 10 };

const STREAM = 'bench';
const body = putRecordsBody(STREAM);
const peers = fileURLToPath(new URL('node_modules', import.meta.url));

interface Cost {
  readonly cpuMicrosPerRecord: number;
  readonly recordsPerSecond: number;
}

/**
 * PutRecords of 500 sales of some 100 bytes, the same client against each server. The servers take turns, and of each the
 * best round counts: what else the machine does only adds.
 */
export async function bench(): Promise<readonly Row[]> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-put-'));
  const running = await startProcess('local', {
    ...process.env,
    LOCAL_AWS_PORT: '0',
    LOCAL_DATA_DIR: dataDir,
  });
  const own = new Contender(running.child, running.endpoint);
  const port = await freePort(27_400);
  const cli = path.join(peers, 'kinesalite/cli.js');
  const kinesalite = new Contender(
    spawn(process.execPath, [cli, '--port', String(port)], { stdio: 'ignore' }),
    `http://127.0.0.1:${port}`,
  );
  const ownRounds: Cost[] = [];
  const kinesaliteRounds: Cost[] = [];
  try {
    await own.prepare(OWN_CALLS);
    await kinesalite.prepare(KINESALITE_CALLS);
    for (let round = 0; round < ROUNDS; round += 1) {
      ownRounds.push(await own.measure(OWN_CALLS));
      kinesaliteRounds.push(await kinesalite.measure(KINESALITE_CALLS));
    }
    return rows(best(ownRounds), best(kinesaliteRounds), await kinesisLocal());
  } finally {
    await Promise.all([own.end(), kinesalite.end()]);
    await rm(dataDir, { recursive: true, force: true });
  }
}

function rows(own: Cost, kinesalite: Cost, kinesisLocal: Cost): Row[] {
  const micros = ({ cpuMicrosPerRecord }: Cost) => `${cpuMicrosPerRecord.toFixed(2)} µs`;
  const rate = ({ recordsPerSecond }: Cost) => `${Math.round(recordsPerSecond)} records/s`;
  const toKinesalite = own.cpuMicrosPerRecord / kinesalite.cpuMicrosPerRecord;
  const toKinesisLocal = own.cpuMicrosPerRecord / kinesisLocal.cpuMicrosPerRecord;
  const throughput = own.recordsPerSecond / kinesalite.recordsPerSecond;
  return [
    {
      name: "PutRecords, server CPU per record, of kinesalite's",
      value: toKinesalite,
      unit: '×',
      bound: 'at most 1/8 = 0.125',
      ok: toKinesalite <= 1 / 8,
      note: `${micros(own)}, stored in files, against ${micros(kinesalite)} in memory: 1/${(1 / toKinesalite).toFixed(1)}`,
    },
    {
      name: "PutRecords, server CPU per record, of kinesis-local's",
      value: toKinesisLocal,
      unit: '×',
      bound: 'at most 1/200 = 0.005',
      ok: toKinesisLocal <= 1 / 200,
      note: `against ${micros(kinesisLocal)} with 10,000 to 15,000 records held: 1/${Math.round(1 / toKinesisLocal)}`,
    },
    {
      name: "PutRecords, throughput, of kinesalite's",
      value: throughput,
      unit: '×',
      bound: 'at least 8',
      ok: throughput >= 8,
      note: `${rate(own)} against ${rate(kinesalite)}; the client runs beside the server`,
    },
  ];
}

const best = (rounds: readonly Cost[]): Cost => ({
  cpuMicrosPerRecord: Math.min(...rounds.map(({ cpuMicrosPerRecord }) => cpuMicrosPerRecord)),
  recordsPerSecond: Math.max(...rounds.map(({ recordsPerSecond }) => recordsPerSecond)),
});

async function kinesisLocal(): Promise<Cost> {
  const port = await freePort(27_500);
  const cwd = path.join(peers, 'kinesis-local'); // where it looks for its certificate
  const server = new Contender(
    spawn(process.execPath, ['main.js'], {
      cwd,
      stdio: 'ignore',
      env: {
        ...process.env,
        KINESIS_MOCK_PLAIN_PORT: String(port),
        KINESIS_MOCK_TLS_PORT: String(await freePort(27_600)),
        LOG_LEVEL: 'ERROR',
      },
    }),
    `http://127.0.0.1:${port}`,
  );
  try {
    await server.prepare(KINESIS_LOCAL_CALLS.warmUp);
    return await server.measure(KINESIS_LOCAL_CALLS.measured);
  } finally {
    await server.end();
  }
}

/** A server process under load. */
class Contender {
  readonly #child: ChildProcess;
  readonly #load: KinesisLoad;

  constructor(child: ChildProcess, endpoint: string) {
    this.#child = child;
    this.#load = new KinesisLoad(endpoint, CONNECTIONS);
  }

  /** Waits until it answers, makes the stream and warms up. */
  async prepare(calls: number): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        await this.#load.call('ListStreams', {});
        break;
      } catch (error) {
        if (tries >= 200 || this.#child.exitCode !== null) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    await this.#load.createStream(STREAM, SHARDS);
    await this.#load.repeat('PutRecords', body, calls);
  }

  async measure(calls: number): Promise<Cost> {
    const records = calls * RECORDS_PER_CALL;
    const cpuBefore = await cpuSeconds(this.#child.pid);
    const startedMs = performance.now();
    await this.#load.repeat('PutRecords', body, calls);
    const seconds = (performance.now() - startedMs) / 1000;
    const cpu = (await cpuSeconds(this.#child.pid)) - cpuBefore;
    return { cpuMicrosPerRecord: (cpu * 1e6) / records, recordsPerSecond: records / seconds };
  }

  async end(): Promise<void> {
    this.#load.close();
    await endProcess(this.#child, 'SIGTERM');
  }
}
