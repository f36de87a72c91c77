import { store } from '@/components/ui/browser-storage';

/** `system` leaves the choice to the browser's `prefers-color-scheme`. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'theme';

/** Runs in the head before anything is painted. */
export const THEME_SCRIPT = `try{var t=localStorage.getItem('${KEY}');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}`;

/** The theme that the document shows now. */
export function currentTheme(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

/** Shows the theme at once and remembers it where storage is allowed. */
export function chooseTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  store(KEY, theme);
}
