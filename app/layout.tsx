import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import localFont from 'next/font/local';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { EARLY_PRESSES_SCRIPT } from '@/components/clicks/early-presses';
import { THEME_SCRIPT } from '@/components/ui/theme';
import { isForSearchEngines } from '@/lib/server/settings';
import '@/app/globals.css';

// Not geist/font/mono, which is always preloaded: it is for keys, commands and the countdown, and the first view can wait
// for none of them.
const GeistMono = localFont({
  src: '../node_modules/geist/dist/fonts/geist-mono/GeistMono-Variable.woff2',
  variable: '--font-geist-mono',
  weight: '100 900',
  display: 'swap',
  preload: false,
  adjustFontFallback: false,
});

export function generateMetadata(): Metadata {
  const isPublic = isForSearchEngines();
  return {
    title: 'Tumbling windows: sales as they close',
    description:
      'Live sales totals per tumbling window, from a Kinesis stream through Lambda to S3, on AWS or on one machine.',
    robots: { index: isPublic, follow: isPublic },
  };
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#ffffff' },
    { media: '(prefers-color-scheme: dark)', color: '#0b0f17' },
  ],
};

const HEAD_SCRIPT = `${THEME_SCRIPT};${EARLY_PRESSES_SCRIPT}`;

export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = /'nonce-([^']+)'/.exec((await headers()).get('content-security-policy') ?? '')?.[1];
  return (
    <html lang="en" className={`${GeistSans.variable} ${GeistMono.variable}`} suppressHydrationWarning>
      <head>
        {/* Before the first paint, so that a chosen theme never flashes, and no press is lost. */}
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours, nothing from outside */}
        <script nonce={nonce} dangerouslySetInnerHTML={{ __html: HEAD_SCRIPT }} />
      </head>
      <body>{children}</body>
    </html>
  );
}
