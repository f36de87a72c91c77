import 'server-only';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Marked } from 'marked';
import { headingId } from '../contract/heading-id.ts';

/** Links into the repository lead nowhere from a page: they are shown as their words. */
const RULES = new Marked({
  renderer: {
    heading({ depth, text, tokens }) {
      return `<h${depth} id="${headingId(text)}">${this.parser.parseInline(tokens)}</h${depth}>`;
    },
    link({ href, tokens }) {
      const words = this.parser.parseInline(tokens);
      return href.startsWith('https://') ? `<a href="${href}">${words}</a>` : words;
    },
  },
});

/** `docs/fidelity.md` as HTML; a text of ours, so that nothing in it has to be made harmless. Throws when it is not there. */
export async function rulesHtml(): Promise<string> {
  const text = await readFile(path.join(process.cwd(), 'docs/fidelity.md'), 'utf8');
  return RULES.parse(text, { async: false });
}
