/**
 * What is pressed before the page's own script has come is kept by a few lines in the document's head, and done once there is
 * someone to do it: buttons that nothing but the script hears, and the page's single keys. They keep a press to themselves, so
 * that none is done twice. What a browser does by itself (links, forms, fields, its own menus) is left to it.
 */
declare global {
  interface Window {
    /** Does what was pressed so far, in order, and leaves all further presses to the page. */
    doEarlyPresses?: () => void;
  }
}

export const EARLY_PRESSES_SCRIPT = `(()=>{let all=[];const d=document,h=d.documentElement;
const f=e=>{const t=e.target instanceof Element?e.target:null,k=e.key;if(!t||!d.querySelector('[data-kiosk]'))return;
let again,times=1,sells=k==='g'||k==='G';
if(e.type==='click'){const b=t.closest('button[type="button"]:not([popovertarget])');if(!b)return;
sells=b.matches('[data-generate]');if(sells&&e.detail>1)times=e.detail===2?0:e.detail===3?2:1;again=()=>b.isConnected&&b.click()}
else{if(!/^([a-z?[\\] ]|Escape)$/i.test(k)||e.repeat||e.ctrlKey||e.metaKey||e.altKey||t.closest('input,select,textarea'))return;
if(k===' '&&t.closest('button,a,summary'))return;
again=()=>(d.activeElement||d.body).dispatchEvent(new KeyboardEvent('keydown',{key:k,bubbles:true,cancelable:true}))}
while(times-->0)all.push(again);e.preventDefault();e.stopImmediatePropagation();if(sells)h.dataset.early=''};
addEventListener('click',f,true);addEventListener('keydown',f,true);
window.doEarlyPresses=()=>{removeEventListener('click',f,true);removeEventListener('keydown',f,true);
delete h.dataset.early;const now=all;all=[];for(const again of now)again()}})()`;

/**
 * How many sales a click of a series stands for. A double click is one; whoever clicks on meant each of them. `detail`: the
 * click's place in its series, 0 by the keyboard.
 */
export function pressesOf(detail: number): number {
  if (detail === 2) return 0;
  return detail === 3 ? 2 : 1;
}
