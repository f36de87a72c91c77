import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LOCAL } from '../infra/local/local-settings.ts';
import { FAILURES_PREFIX } from '../lib/core/failure-key.ts';
import { logGroupOf, METRICS_NAMESPACE } from '../lib/core/invocation-log.ts';
import { DAY_INDEX_PREFIX, LIVE_PREFIX, REJECTED_PREFIX, RESULTS_PREFIX } from '../lib/core/object-key.ts';
import { SETTINGS } from '../lib/core/setting-names.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The page's rooms by floor, from the top down: a room imports only from the floors below its own. */
const PAGE_FLOORS: readonly (readonly string[])[] = [
  ['app'],
  ['components/dashboard'],
  ['components/toolbar'],
  ['components/replay'],
  ['components/pipeline'],
  ['components/clicks'],
  ['components/chart', 'components/records', 'components/window'],
  ['components/live'],
  ['components/ui'],
];

/** What each room may import of other rooms. Arrows go one way. `infra` is its files that lie in no folder. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    PAGE_FLOORS.flatMap((floor, index) =>
      floor.map((room) => [room, [...PAGE_FLOORS.slice(index + 1).flat(), 'lib/contract', 'lib/core']]),
    ),
  ),
  app: [
    'components/dashboard',
    'components/clicks',
    'components/live',
    'components/ui',
    'lib/contract',
    'lib/core',
    'lib/server',
  ],
  'lib/server': ['lib/server/window-store', 'lib/contract', 'lib/core'],
  'lib/server/window-store': ['lib/contract', 'lib/core'],
  'lib/contract': ['lib/core'],
  'lib/core': [],
  'infra/functions': ['lib/core'],
  'infra/stacks': ['infra', 'lib/core'],
  'infra/deploy': ['infra/stacks', 'lib/core'],
  'infra/doctor': ['infra', 'infra/local', 'infra/redrive', 'infra/reindex', 'lib/core'],
  'infra/redrive': ['lib/core'],
  'infra/reindex': ['infra/functions', 'lib/core'],
  'infra/local': ['infra', 'infra/redrive', 'lib/core'],
  infra: ['lib/core'],
  // What Next.js wants at the top: it asks the server's room, as the routes do.
  top: ['lib/server', 'lib/core'],
};

/** The room that a file lies in: the longest folder of the table that holds it. */
function roomOf(file: string): string | undefined {
  if (!file.includes('/')) return 'top';
  return Object.keys(MAY_IMPORT)
    .filter((folder) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function sources(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`;
    // The benches' peers are installed beside them.
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sources(file);
    return /\.(ts|tsx|mjs)$/.test(entry.name) ? [file] : [];
  });
}

const TOP = ['proxy.ts', 'instrumentation.ts', 'next.config.js'];
const files = [...TOP, ...['app', 'components', 'lib', 'infra'].flatMap(sources)];
const known = new Set(files);
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** Imports, constants and types may stand before the comment of what the file is for; no more than these lines of them. */
const headOf = (file: string) => textOf(file).split('\n').slice(0, 60).join('\n');

/** Without its comments. */
const codeOf = (file: string) => textOf(file).replace(/^\s*(\/?\*|\/\/).*$/gm, '');

/** The files of ours that a file imports, for types or later as well. What is no source, such as a style sheet, is left out. */
function importsOf(file: string): string[] {
  return [...textOf(file).matchAll(/(?:from|import)\s*\(?\s*['"]((?:\.{1,2}|@)\/[^'"]+)['"]/g)].flatMap(
    ([, target = '']) => {
      const whole = target.startsWith('@/')
        ? target.slice(2)
        : path.posix.normalize(path.posix.join(path.dirname(file), target));
      const found = [whole, `${whole}.ts`, `${whole}.tsx`].find((name) => known.has(name));
      if (found === undefined && /\.(css|svg)$/.test(whole)) return [];
      return [found ?? `${whole} (not found)`];
    },
  );
}

const imports = new Map(files.map((file) => [file, importsOf(file)]));

test('imports follow the arrows', () => {
  const violations = [...imports].flatMap(([file, targets]) => {
    const from = roomOf(file);
    return targets
      .filter((target) => {
        const to = roomOf(target);
        return to !== from && !(from !== undefined && to !== undefined && MAY_IMPORT[from]?.includes(to));
      })
      .map((target) => `${file} imports ${target}`);
  });
  expect(files.length).toBeGreaterThan(20);
  expect(violations).toEqual([]);
});

test('the picture in docs/architecture.md has every arrow that there is between rooms, and no other', () => {
  const picture = /```mermaid\n(.*?)```/s.exec(textOf('docs/architecture.md'))?.[1] ?? '';
  const rooms = new Map<string, string[]>();
  for (const [, name = '', label = ''] of picture.matchAll(/(\w+)\["([^"]+)"\]/g)) {
    const [folder = '', ...words] = label.split(/[ ·]+/);
    const inside = words.map((word) => `${folder}${word}`).filter((room) => room in MAY_IMPORT);
    rooms.set(name, inside.length > 0 ? inside : [folder.replace(/\/$|\/pipeline\.ts$/, '')]);
  }
  const drawn = [...picture.matchAll(/(\w+)(?:\["[^"]+"\])? --> (\w+)/g)].map(
    ([, from = '', to = '']) => [from, to] as const,
  );
  const below = (name: string): string[] =>
    drawn.flatMap(([from, to]) => (from === name ? [to, ...below(to)] : []));
  const nodeOf = (file: string) => [...rooms].find(([, each]) => each.includes(roomOf(file) ?? ''))?.[0];
  const real = new Set(
    [...imports].flatMap(([file, targets]) =>
      targets.flatMap((target) => {
        const [from, to] = [nodeOf(file), nodeOf(target)];
        return from === undefined || to === undefined || from === to ? [] : [`${from} --> ${to}`];
      }),
    ),
  );
  expect(rooms.size).toBeGreaterThan(10);
  expect(drawn.map((arrow) => arrow.join(' --> ')).filter((arrow) => !real.has(arrow))).toEqual([]);
  const reached = new Set([...rooms.keys()].flatMap((name) => below(name).map((to) => `${name} --> ${to}`)));
  expect([...real].filter((arrow) => !reached.has(arrow))).toEqual([]);
  const shown = new Set([...rooms.values()].flat());
  expect(Object.keys(MAY_IMPORT).filter((room) => room !== 'top' && !shown.has(room))).toEqual([]);
});

test('no file imports itself over others, not even for a type', () => {
  expect(circlesOf(imports)).toEqual([]);
});

/** How many lines a file has at most that gives no reason for more. */
const MOST_LINES = 250;

test('a file above 250 lines says in its head why it is not two', () => {
  const isLong = (file: string) => textOf(file).trimEnd().split('\n').length > MOST_LINES;
  const silent = files.filter(
    (file) => isLong(file) && !/^ \* Longer than a file should be: /m.test(headOf(file)),
  );
  expect(silent).toEqual([]);
});

test('what is private to a class is so for JavaScript, too', () => {
  const spelled = [...files, ...sources('tests')].filter(
    // A constructor that only the class itself may call has no other word.
    (file) => /^ +(?:private|protected) (?!constructor)/m.test(textOf(file)),
  );
  expect(spelled).toEqual([]);
});

/** What a framework names, and a clock, which acts. */
const SMALL_NAMES = ['config', 'dynamic', 'metadata', 'nextConfig', 'viewport', 'systemClock'];

test('a constant of a module that is a literal is named in capital letters', () => {
  const LITERAL = /^(?:export )?const ([a-z]\w*)\b[^=]*(?:=>[^=]*)*=\s*['"`\d[{]/gm;
  const small = files.flatMap((file) =>
    [...textOf(file).matchAll(LITERAL)].flatMap(([, name = '']) =>
      SMALL_NAMES.includes(name) ? [] : [`${file} has ${name}`],
    ),
  );
  expect(small).toEqual([]);
});

/** What a framework names, and what is the same thing in several rooms: a service's door, its operations and their table. */
const SHARED_NAMES = ['route', 'page', 'start', 'service', 'operation', 'operation-table'];

test('no two files have one name for different things', () => {
  const places = new Map<string, string[]>();
  for (const file of files) {
    const name = path.parse(file).name;
    if (!SHARED_NAMES.includes(name)) places.set(name, [...(places.get(name) ?? []), file]);
  }
  expect([...places.values()].filter((each) => each.length > 1)).toEqual([]);
});

test('a test that is named like a source lies at the path of that source', () => {
  const places = new Map<string, string[]>();
  for (const file of files) {
    const { name, dir } = path.parse(file);
    places.set(name, [...(places.get(name) ?? []), path.join('tests', dir)]);
  }
  const tests = sources('tests').filter((file) => /\.test\.tsx?$/.test(file));
  const astray = tests.filter((file) => {
    const { base, dir } = path.parse(file);
    return places.get(base.replace(/\.test\.tsx?$/, ''))?.includes(dir) === false;
  });
  expect(tests.length).toBeGreaterThan(100);
  expect(astray).toEqual([]);
});

test('what several rooms must spell alike is spelled in one file: the shared settings, the prefixes of keys and log groups', () => {
  const PLACES: readonly (readonly [string, readonly string[]])[] = [
    ['lib/core/setting-names.ts', Object.values(SETTINGS)],
    ['infra/local/local-settings.ts', Object.values(LOCAL).filter((name) => name !== LOCAL.pagePort)],
    ['lib/core/object-key.ts', [RESULTS_PREFIX, LIVE_PREFIX, REJECTED_PREFIX, DAY_INDEX_PREFIX]],
    ['lib/core/failure-key.ts', [FAILURES_PREFIX]],
    ['lib/core/invocation-log.ts', [METRICS_NAMESPACE, logGroupOf('')]],
  ];
  for (const [place, words] of PLACES) {
    for (const word of words) {
      const spelled = new RegExp(`(?:['"\`]|}/)${word}|\\benv\\.${word}|^ *${word}:`, 'm');
      // What starts before TypeScript can be read imports none.
      const others = files.filter((file) => file !== place && !file.endsWith('.mjs'));
      const elsewhere = others.filter((file) => spelled.test(codeOf(file)));
      expect(elsewhere, `${word} is spelled in ${place}`).toEqual([]);
    }
  }
});

test('what is served by lib/server never reaches the browser', () => {
  for (const file of files.filter((name) => name.startsWith('lib/server/'))) {
    expect(textOf(file), file).toContain("import 'server-only'");
  }
});

test('whoever is outside the local runtime enters by its one door', () => {
  const past = [...imports].flatMap(([file, targets]) =>
    file.startsWith('infra/local/')
      ? []
      : targets
          .filter((target) => target.startsWith('infra/local/') && target !== 'infra/local/index.ts')
          .map((target) => `${file} imports ${target}`),
  );
  expect(past).toEqual([]);
});

/** What a room of the local runtime may import of the others. */
const LOCAL_ROOMS: Readonly<Record<string, readonly string[]>> = {
  'aws-json': [],
  http: ['aws-json'],
  kinesis: ['aws-json', 'http'],
  logs: ['aws-json', 'http'],
  lambda: ['aws-json', 'http', 'kinesis', 'logs'],
  testing: ['http', 'kinesis', 'lambda', 's3'],
  verify: ['http', 'lambda', 'testing'],
  template: [],
  package: ['template', 'verify'],
  s3: ['http'],
};

test('the rooms of infra/local: services use http and aws-json, Lambda reads streams and writes logs', () => {
  const roomIn = (file: string) => /^infra\/local\/([\w-]+)\//.exec(file)?.[1];
  const violations = files.flatMap((file) => {
    const from = roomIn(file);
    if (from === undefined) return [];
    return importsOf(file)
      .filter((target) => {
        const to = roomIn(target);
        const isAllowed = LOCAL_ROOMS[from]?.some((room) => target.startsWith(`infra/local/${room}/`));
        return to !== undefined && to !== from && !isAllowed;
      })
      .map((target) => `${file} imports ${target}`);
  });
  expect(violations).toEqual([]);
});

test('a file that lies in no room of infra/local puts rooms together, or imports none of them: those alone are for rooms', () => {
  const isLoose = (file: string) => /^infra\/local\/[\w-]+\.\w+$/.test(file);
  const ofRuntime = (file: string) => importsOf(file).filter((target) => target.startsWith('infra/local/'));
  // The commands start the runtime as a whole.
  const ofRooms = files.filter((file) => /^infra\/local\/(?!package\/)[\w-]+\//.test(file));
  const violations = ofRooms.flatMap((file) =>
    importsOf(file)
      .filter((target) => isLoose(target) && ofRuntime(target).length > 0)
      .map((target) => `${file} imports ${target}`),
  );
  expect(files.filter(isLoose).length).toBeGreaterThan(15);
  expect(violations).toEqual([]);
});

test('the rooms of infra/local/s3: operations use storage and the wire, storage the wire, the wire neither', () => {
  const ROOMS = ['service.ts', 'operations', 'storage', 'wire'];
  const floorOf = (file: string) => ROOMS.indexOf(file.split('/')[3] ?? '');
  const inside = files.filter((file) => file.startsWith('infra/local/s3/'));
  const upward = inside.flatMap((file) =>
    importsOf(file)
      .filter((target) => target.startsWith('infra/local/s3/') && floorOf(target) < floorOf(file))
      .map((target) => `${file} imports ${target}`),
  );
  expect(inside.length).toBeGreaterThan(20);
  expect(inside.filter((file) => floorOf(file) === -1)).toEqual([]);
  expect(upward).toEqual([]);
});

/** The groups of files each of which imports every other of its group, over others of it; none when arrows go one way. */
function circlesOf(arrows: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string) => {
    const own = order.size;
    order.set(file, own);
    lowest.set(file, own);
    stack.push(file);
    for (const target of arrows.get(file) ?? []) {
      if (!order.has(target)) visit(target);
      if (stack.includes(target))
        lowest.set(file, Math.min(lowest.get(file) ?? own, lowest.get(target) ?? own));
    }
    if (lowest.get(file) !== own) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1 || arrows.get(file)?.includes(file)) circles.push(group.sort());
  };
  for (const file of arrows.keys()) if (!order.has(file)) visit(file);
  return circles;
}
