import { PHASE_DEVELOPMENT_SERVER, PHASE_PRODUCTION_BUILD } from 'next/constants.js';

if (import.meta.url.includes('%23')) {
  // A build would succeed, without any style.
  throw new Error(
    'Expected no # in the path of the checkout: Tailwind CSS reads no file there. Move the checkout.',
  );
}

/** @type {import('next').NextConfig} */
const nextConfig = {
  // `npm run bundle` leaves alone the build that `npm start` may be running.
  distDir: process.env.PAGE_BUILD || '.next',
  outputFileTracingIncludes: { '/rules': ['./docs/fidelity.md'] },
  poweredByHeader: false,
  // No image is made smaller here, and nobody is to have some made.
  images: { unoptimized: true },
  reactStrictMode: true,
  // Hot reload needs no badge over the page.
  devIndicators: false,
};

/** No page takes a body, see proxy.ts: of what is sent all the same nothing is kept. */
const EXPERIMENTAL = { proxyClientMaxBodySize: 1024 };

/**
 * A build also has the page with all that it takes to run, in `standalone`; who starts it with `next start` is not to hear of that,
 * nor a developer of what is an experiment of Next.js.
 *
 * @param {string} phase
 */
export default function configOf(phase) {
  if (phase === PHASE_DEVELOPMENT_SERVER) return nextConfig;
  const output = phase === PHASE_PRODUCTION_BUILD ? { output: 'standalone' } : {};
  return { ...nextConfig, experimental: EXPERIMENTAL, ...output };
}
