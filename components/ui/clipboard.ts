import { say } from '@/components/ui/notice';

const REFUSED = 'This browser lets no page copy. Select the text, and press Ctrl+C or ⌘C.';

/**
 * Puts text on the clipboard and answers whether it is there. To be called by a click. Pages that come by plain HTTP have no
 * `navigator.clipboard`: for them the browser's older way, a selection that is copied.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text);
  }
}

/** Copies, and says what came of it; `what` as in "The link is copied". */
export async function copyAndSay(what: string, text: string): Promise<void> {
  const isCopied = await copyText(text);
  say({ words: isCopied ? `${what} is copied.` : REFUSED, ok: isCopied });
}

function copySelection(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.readOnly = true;
  area.style.cssText = 'position:fixed;top:0;opacity:0';
  // While a dialog is open, nothing outside it can be selected.
  (document.querySelector('dialog:modal') ?? document.body).append(area);
  area.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    area.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  }
}
