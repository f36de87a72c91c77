/**
 * What is pressed before the page's own script has come is counted by a few lines in the document's head, and done once
 * there is someone to do it. They keep a press to themselves, so that none is done twice.
 */
declare global {
  interface Window {
    /** Answers how often was pressed so far, and leaves all further presses to the page. */
    takeEarlyPresses?: () => number;
  }
}

export const EARLY_PRESSES_SCRIPT = `(()=>{let n=0;const f=e=>{const t=e.target instanceof Element?e.target:null;
if(e.type==='click'){if(!t||!t.closest('[data-generate]'))return}
else if(e.key.toLowerCase()!=='g'||e.repeat||e.ctrlKey||e.metaKey||e.altKey||(t&&t.closest('input,select,textarea')))return;
if(e.detail===2)return;n+=e.detail===3?2:1;e.preventDefault();e.stopImmediatePropagation();document.documentElement.dataset.early=''};
addEventListener('click',f,true);addEventListener('keydown',f,true);
window.takeEarlyPresses=()=>{removeEventListener('click',f,true);removeEventListener('keydown',f,true);
delete document.documentElement.dataset.early;const m=n;n=0;return m}})()`;

/** How often Generate was pressed before the page could hear it; 0 from the second call on. */
export function takeEarlyPresses(): number {
  return window.takeEarlyPresses?.() ?? 0;
}

/**
 * How many sales a click of a series stands for. A double click is one; whoever clicks on meant each of them. `detail`: the
 * click's place in its series, 0 by the keyboard.
 */
export function pressesOf(detail: number): number {
  if (detail === 2) return 0;
  return detail === 3 ? 2 : 1;
}
