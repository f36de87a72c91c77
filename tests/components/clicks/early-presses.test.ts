import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { EARLY_PRESSES_SCRIPT, pressesOf } from '../../../components/clicks/early-presses.ts';

test('a double click sells once, and whoever clicks on meant each click', () => {
  const sold = (clicks: number) =>
    Array.from({ length: clicks }, (_, index) => pressesOf(index + 1)).reduce((sum, each) => sum + each, 0);
  expect([1, 2, 3, 4, 7].map(sold)).toEqual([1, 1, 3, 4, 7]);
  expect(pressesOf(0)).toBe(1);
});

const GENERATE = ['button[type="button"]:not([popovertarget])', '[data-generate]'];
const SWITCH = GENERATE.slice(0, 1);
const FIELD = ['input,select,textarea'];
const LINK = ['button,a,summary'];

test('what is pressed before the page can hear it is done by it in order, and nothing else is taken from the browser', () => {
  const { done, fire, hear, stopped } = head();
  fire('click', GENERATE, { detail: 1 });
  fire('keydown', [], { key: 'G' });
  fire('keydown', [], { key: 't' });
  fire('click', SWITCH, { detail: 1 });
  fire('keydown', [], { key: ' ' });
  const held = stopped();
  fire('keydown', [], { key: 'g', repeat: true });
  fire('keydown', [], { key: 'g', ctrlKey: true });
  fire('keydown', [], { key: 'Tab' });
  fire('keydown', FIELD, { key: 'g' });
  fire('keydown', LINK, { key: ' ' });
  fire('click', LINK, { detail: 1 });
  expect([held, stopped()]).toEqual([5, 5]);
  expect(done).toEqual([]);
  hear();
  expect(done).toEqual(['click', 'G', 't', 'click', ' ']);
  // From now on the page hears for itself.
  fire('click', GENERATE, { detail: 1 });
  hear();
  expect([done.length, stopped()]).toEqual([5, 5]);
});

test('of a series of clicks on Generate as many are done as the page would do', () => {
  for (const clicks of [1, 2, 3, 4, 7]) {
    const { done, fire, hear } = head();
    for (let detail = 1; detail <= clicks; detail += 1) fire('click', GENERATE, { detail });
    hear();
    const wanted = Array.from({ length: clicks }, (_, index) => pressesOf(index + 1));
    expect(done.length).toBe(wanted.reduce((sum, each) => sum + each, 0));
  }
});

test('a page that nobody will hear for is left to the browser', () => {
  const { fire, stopped } = head(false);
  fire('keydown', [], { key: ' ' });
  fire('click', SWITCH, { detail: 1 });
  expect(stopped()).toBe(0);
});

/** The few lines in the head, with as much of a browser as they ask for. */
function head(isDashboard = true) {
  const listeners = new Map<string, (event: object) => void>();
  const done: string[] = [];
  let stops = 0;
  class Element {
    readonly isConnected = true;
    readonly #matching: readonly string[];
    constructor(matching: readonly string[]) {
      this.#matching = matching;
    }
    matches = (selector: string) => this.#matching.includes(selector);
    closest = (selector: string) => (this.matches(selector) ? this : null);
    click = () => done.push('click');
  }
  const body = { dispatchEvent: ({ key }: { key: string }) => done.push(key) };
  const scope = {
    Element,
    KeyboardEvent: class {
      readonly key: string;
      constructor(_: string, { key }: { key: string }) {
        this.key = key;
      }
    },
    document: {
      documentElement: { dataset: {} },
      activeElement: null,
      body,
      querySelector: () => (isDashboard ? {} : null),
    },
    addEventListener: (name: string, listener: (event: object) => void) => listeners.set(name, listener),
    removeEventListener: (name: string) => listeners.delete(name),
    window: {} as { doEarlyPresses?: () => void },
  };
  runInNewContext(EARLY_PRESSES_SCRIPT, scope);
  return {
    done,
    stopped: () => stops,
    hear: () => scope.window.doEarlyPresses?.(),
    fire: (type: string, matching: readonly string[], event: object) =>
      listeners.get(type)?.({
        type,
        target: new Element(matching),
        ...event,
        preventDefault: () => {},
        stopImmediatePropagation: () => {
          stops += 1;
        },
      }),
  };
}
