import { lendClicks } from '@/components/live/click-store';
import { setTimeSource } from '@/components/live/server-clock';
import { isSameNews } from '@/components/live/use-windows';
import { clicksAt } from '@/components/replay/recorded-clicks';
import {
  customersAt,
  momentsBy,
  type Recording,
  recordingOf,
  windowsAt,
} from '@/components/replay/recording';
import { ReplayPlayer } from '@/components/replay/replay-player';
import type {
  CustomersAnswer,
  DaysAnswer,
  HealthAnswer,
  ObjectAnswer,
  WindowsAnswer,
} from '@/lib/contract/answers';
import type { ReplayFile } from '@/lib/contract/replay-file';
import { type NamedRange, parseRange, rangeText } from '@/lib/core/range';
import { DETAILS } from '@/lib/core/slot';

let sessions = 0;

interface Known<T> {
  readonly moment: number;
  readonly answer: T;
}

/**
 * A replay that goes on: in the server's place it tells the time, lends the receipts, and answers what the page asks its
 * API for. Nothing leaves the browser.
 */
export class ReplaySession {
  /** Another one for each: what shows one session must not go on with the next. */
  readonly number: number;
  readonly recording: Recording;
  readonly player: ReplayPlayer;
  readonly #listeners = new Set<() => void>();
  readonly #bodies: ReadonlyMap<string, ObjectAnswer>;
  readonly #health: HealthAnswer;
  readonly #days: DaysAnswer;
  /** By range: of the present moment, and the last ones of earlier moments. */
  readonly #windows = new Map<string, Known<WindowsAnswer>>();
  readonly #customers = new Map<string, Known<CustomersAnswer>>();
  #unsubscribe: () => void = () => {};
  #nowMs: number;
  #moment: number;

  constructor(file: ReplayFile) {
    sessions += 1;
    this.number = sessions;
    this.recording = recordingOf(file);
    this.player = new ReplayPlayer(this.recording);
    this.#nowMs = this.player.now();
    this.#moment = momentsBy(this.recording, this.#nowMs);
    this.#bodies = new Map(file.results.map((result) => [result.part.key, objectOf(result)]));
    this.#health = healthOf(file);
    this.#days = { serverNowMs: this.#nowMs, days: [{ day: file.header.day, total: null }] };
  }

  /** Takes the server's place, for what is mounted from now on. */
  begin(): void {
    setTimeSource(this.player);
    lendClicks(clicksAt(this.recording, this.#nowMs));
    this.#unsubscribe = this.player.subscribe(() => this.#follow());
    this.player.play();
  }

  /** Gives it back. */
  end(): void {
    this.#unsubscribe();
    this.player.pause();
    setTimeSource(null);
    lendClicks(null);
  }

  /** Calls back at each moment at which something else is known, until the answer is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** What is known by now; the same object as long as that is nothing new. */
  windows(range: NamedRange, details = ''): WindowsAnswer {
    const asked = DETAILS.filter((each) => details.split(',').includes(each));
    return this.#known(this.#windows, `${rangeText(range)} ${asked}`, () =>
      windowsAt(this.recording, this.#nowMs, range, asked),
    );
  }

  #known<T extends object>(all: Map<string, Known<T>>, name: string, build: () => T): T {
    const known = all.get(name);
    if (known?.moment === this.#moment) return known.answer;
    const next = build();
    const answer = known !== undefined && isSameNews(known.answer, next) ? known.answer : next;
    all.set(name, { moment: this.#moment, answer });
    return answer;
  }

  /** What the API would answer; undefined for what a file does not know. */
  answer(url: string): unknown {
    const { pathname, searchParams } = new URL(url, 'http://replay.invalid');
    const range = parseRange(searchParams.get('range') ?? '') ?? 'day';
    switch (pathname) {
      case '/api/windows':
        return searchParams.has('shift') ? undefined : this.windows(range, searchParams.get('with') ?? '');
      case '/api/customers':
        return this.#known(this.#customers, rangeText(range), () =>
          customersAt(this.recording, this.#nowMs, range),
        );
      case '/api/days':
        return this.#days;
      case '/api/health':
        return this.#health;
      case '/api/objects':
        return this.#bodies.get(searchParams.get('key') ?? '');
      default:
        return undefined;
    }
  }

  #follow(): void {
    const nowMs = this.player.now();
    const moment = momentsBy(this.recording, nowMs);
    if (moment === this.#moment) return;
    this.#nowMs = nowMs;
    this.#moment = moment;
    lendClicks(clicksAt(this.recording, nowMs));
    for (const listener of this.#listeners) listener();
  }
}

function objectOf({ part, body }: ReplayFile['results'][number]): ObjectAnswer {
  return {
    key: part.key,
    bucket: '',
    size: part.size,
    lastModifiedMs: part.lastModifiedMs,
    contentType: 'as kept in the replay file',
    etag: '',
    text: body,
    command: '',
    consoleUrl: null,
  };
}

/** As far as the page reads it: what names the place that receipts are of, and the windows' length. */
function healthOf({ header }: ReplayFile): HealthAnswer {
  return {
    status: 'ok',
    serverNowMs: header.exportedMs,
    mode: 'local',
    endpoint: 'replay',
    region: '',
    accountId: null,
    bucket: header.day,
    stream: '',
    producerFunction: '',
    windowSeconds: header.windowSeconds,
    role: 'watch',
    asksForPassword: false,
    lack: null,
    hops: [],
  };
}
