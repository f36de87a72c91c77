'use client';

import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import { LiveStatus } from '@/components/dashboard/live-status';
import type { Connection } from '@/components/live/page-data';
import { untilLoaded } from '@/components/live/until-loaded';
import type { UrlState } from '@/components/live/url-state';
import { useHealth } from '@/components/live/use-place';
import { Button } from '@/components/ui/button';
import { Icon, type IconName } from '@/components/ui/icon';
import { chooseTheme, currentTheme, type Theme } from '@/components/ui/theme';

const MENU_BUTTON = (
  <Button look="quiet" aria-label="Menu">
    <Icon name="menu" />
  </Button>
);

// A phone's alone. Its button stands there beforehand.
const PageMenu = dynamic(
  () => untilLoaded(() => import('@/components/dashboard/page-menu').then((module) => module.PageMenu)),
  { ssr: false, loading: () => MENU_BUTTON },
);

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const ICON: Readonly<Record<Theme, IconName>> = { system: 'screen', light: 'sun', dark: 'moon' };

interface TopBarProps {
  readonly url: UrlState;
  /** Null when the page shows a file instead. */
  readonly connection: Connection | null;
  readonly onPause: () => void;
  readonly onKeys: () => void;
  readonly onGuide: () => void;
  readonly onChange: (change: Partial<UrlState>) => void;
}

/** Where one is, whether it lives, and how it is shown. On a phone the controls are in a menu. */
export function TopBar({ url, connection, onPause, onKeys, onGuide, onChange }: TopBarProps) {
  const [theme, setTheme] = useState<Theme>('system');
  useEffect(() => setTheme(currentTheme()), []);
  const paused = connection?.paused;
  const nextTheme = () => {
    chooseTheme(NEXT[theme]);
    setTheme(NEXT[theme]);
  };
  const nextZone = () => onChange({ tz: url.tz === 'utc' ? 'local' : 'utc' });
  return (
    <header className="sticky top-0 z-20 print:static border-line border-b bg-bg">
      <div className="mx-auto flex h-14 max-w-[1248px] items-center gap-2 px-4 sm:gap-4 sm:px-6 lg:grid lg:grid-cols-[1fr_auto_1fr]">
        <h1 className="min-w-0 truncate font-semibold text-base tracking-tight">Tumbling windows</h1>
        {connection === null ? (
          <ReplayBadge />
        ) : (
          <ModeBadge windowSeconds={connection.answer?.windowSeconds ?? 120} />
        )}
        <div className="ml-auto flex shrink-0 items-center gap-1">
          {connection !== null && <LiveStatus {...connection} />}
          <div className="hidden items-center gap-1 sm:flex">
            {connection !== null && (
              <Button
                look="quiet"
                aria-keyshortcuts="Space"
                aria-label={paused ? 'Resume' : 'Pause'}
                title={paused ? 'Resume (Space)' : 'Pause (Space)'}
                onClick={onPause}
              >
                <Icon name={paused ? 'play' : 'pause'} />
              </Button>
            )}
            <Button
              look="quiet"
              className="min-w-14"
              aria-label={`Times in ${zoneOf(url)}`}
              onClick={nextZone}
            >
              {url.tz === 'utc' ? 'UTC' : 'Local'}
            </Button>
            <Button look="quiet" aria-label={`Theme: ${theme}`} title={`Theme: ${theme}`} onClick={nextTheme}>
              <Icon name={ICON[theme]} />
            </Button>
            <Button look="quiet" aria-label="Keyboard" title="Keyboard (?)" onClick={onKeys}>
              ?
            </Button>
            <SignOut />
          </div>
          <div className="sm:hidden">
            <PageMenu
              trigger={MENU_BUTTON}
              items={[
                ...(connection === null ? [] : ([[paused ? 'Resume' : 'Pause', onPause]] as const)),
                [`Times in ${zoneOf(url)}`, nextZone],
                [`Theme: ${theme}`, nextTheme],
                ...(connection === null ? [] : ([['First steps', onGuide]] as const)),
                ['Keyboard', onKeys],
              ]}
            >
              <SignOut />
            </PageMenu>
          </div>
        </div>
      </div>
    </header>
  );
}

/** A form, so that it is the server that ends the session. */
function SignOut() {
  if (useHealth()?.asksForPassword !== true) return null;
  return (
    <form method="post" action="/api/sign-out">
      <Button type="submit" look="quiet">
        Sign out
      </Button>
    </form>
  );
}

function zoneOf(url: UrlState): string {
  return url.tz === 'utc' ? 'UTC' : 'local time';
}

function ReplayBadge() {
  return (
    <p
      className="rounded border-2 border-focus px-2 py-px font-medium font-mono text-xs"
      data-testid="mode-badge"
    >
      REPLAY
    </p>
  );
}

/** Which of the two worlds this is, always in sight: told by word and by the badge's own shape. */
function ModeBadge({ windowSeconds }: { windowSeconds: number }) {
  const health = useHealth();
  const isLocal = health?.mode !== 'aws';
  const account = health?.accountId == null ? '' : ` · …${health.accountId.slice(-4)}`;
  return (
    <p className="flex shrink-0 items-center gap-2 font-mono text-xs" data-testid="mode-badge">
      <span
        title={health?.endpoint ?? undefined}
        className={
          isLocal
            ? 'rounded border border-control border-dashed px-2 py-0.5 text-center max-[380px]:px-1 sm:min-w-14'
            : 'rounded bg-text px-2 py-0.5 text-bg'
        }
      >
        {health === undefined ? '…' : isLocal ? 'LOCAL' : `AWS ${health.region}${account}`}
      </span>
      {windowSeconds < 120 && (
        <span className="hidden whitespace-nowrap text-muted md:inline">
          time-lapse: {windowSeconds} s windows
        </span>
      )}
    </p>
  );
}
