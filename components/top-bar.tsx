'use client';

import { useEffect, useState } from 'react';
import useSWR from 'swr';
import { Button } from '@/components/ui/button';
import type { HealthAnswer } from '@/lib/answers';
import { getJson } from '@/lib/request';
import { chooseTheme, currentTheme, type Theme } from '@/lib/theme';
import type { UrlState } from '@/lib/url-state';

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };

interface TopBarProps {
  readonly url: UrlState;
  readonly status: string;
  readonly paused: boolean;
  readonly onPause: () => void;
  readonly onChange: (change: Partial<UrlState>) => void;
}

export function TopBar({ url, status, paused, onPause, onChange }: TopBarProps) {
  const { data: health } = useSWR<HealthAnswer>('/api/health', getJson, { revalidateOnFocus: false });
  const [theme, setTheme] = useState<Theme>('system');
  useEffect(() => setTheme(currentTheme()), []);
  const account = health?.accountId == null ? '' : ` · account …${health.accountId.slice(-4)}`;
  return (
    <header className="border-line border-b">
      <div className="mx-auto flex min-h-14 max-w-[1248px] flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 sm:px-6">
        <h1 className="font-semibold text-base">Tumbling windows</h1>
        <p className="min-w-16 rounded border border-control px-2 font-mono text-xs">
          {health === undefined ? '…' : health.mode === 'local' ? 'LOCAL' : `AWS ${health.region}${account}`}
        </p>
        <p className="flex items-center gap-2 sm:ml-auto">
          <span
            aria-hidden="true"
            className={status === 'Live' ? 'size-2 rounded-full bg-settled' : 'size-2 border border-doubt'}
          />
          {status}
        </p>
        <Button look="quiet" aria-keyshortcuts="Space" onClick={onPause}>
          {paused ? 'Resume' : 'Pause'}
        </Button>
        <Button look="quiet" onClick={() => onChange({ tz: url.tz === 'utc' ? 'local' : 'utc' })}>
          {url.tz === 'utc' ? 'UTC' : 'Local time'}
        </Button>
        <Button
          look="quiet"
          onClick={() => {
            chooseTheme(NEXT[theme]);
            setTheme(NEXT[theme]);
          }}
        >
          Theme: {theme}
        </Button>
      </div>
    </header>
  );
}
