import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { EARLY_PRESSES_SCRIPT, pressesOf } from '../../../components/clicks/early-presses.ts';

test('a double click sells once, and whoever clicks on meant each click', () => {
  const sold = (clicks: number) =>
    Array.from({ length: clicks }, (_, index) => pressesOf(index + 1)).reduce((sum, each) => sum + each, 0);
  expect([1, 2, 3, 4, 7].map(sold)).toEqual([1, 1, 3, 4, 7]);
  expect(pressesOf(0)).toBe(1);
});

test('what is pressed before the page can hear it is counted, and nothing else is taken from the page', () => {
  const { fire, taken, page } = head();
  fire('click', { target: element('[data-generate]'), detail: 1 });
  fire('keydown', { key: 'G', target: element() });
  fire('keydown', { key: 'g', target: element(), repeat: true });
  fire('keydown', { key: 'g', target: element(), ctrlKey: true });
  fire('keydown', { key: 'g', target: element('input,select,textarea') });
  fire('click', { target: element(), detail: 1 });
  expect(taken()).toBe(2);
  expect(page.stopped).toBe(2);
  // From now on the page hears for itself.
  fire('click', { target: element('[data-generate]'), detail: 1 });
  expect(taken()).toBe(0);
  expect(page.stopped).toBe(2);
});

/** The few lines in the head, with as much of a browser as they ask for. */
function head() {
  const listeners = new Map<string, (event: object) => void>();
  const page = { stopped: 0 };
  class Element {}
  const scope = {
    Element,
    document: { documentElement: { dataset: {} } },
    addEventListener: (name: string, listener: (event: object) => void) => listeners.set(name, listener),
    removeEventListener: (name: string) => listeners.delete(name),
    window: {} as { takeEarlyPresses?: () => number },
  };
  runInNewContext(EARLY_PRESSES_SCRIPT, scope);
  return {
    page,
    taken: () => scope.window.takeEarlyPresses?.(),
    fire: (type: string, { target, ...event }: { target: { matching: string }; [name: string]: unknown }) => {
      const element = Object.assign(new Element(), {
        closest: (selector: string) => (selector === target.matching ? {} : null),
      });
      listeners.get(type)?.({
        type,
        target: element,
        ...event,
        preventDefault: () => {},
        stopImmediatePropagation: () => {
          page.stopped += 1;
        },
      });
    },
  };
}

function element(matching = '') {
  return { matching };
}
