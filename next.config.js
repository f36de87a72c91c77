if (import.meta.url.includes('%23')) {
  // A build would succeed, without any style.
  throw new Error(
    'Expected no # in the path of the checkout: Tailwind CSS reads no file there. Move the checkout.',
  );
}

/** Of every answer, whoever asks. */
const HEADERS = [
  { key: 'x-content-type-options', value: 'nosniff' },
  { key: 'referrer-policy', value: 'same-origin' },
  { key: 'permissions-policy', value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=()' },
  { key: 'cross-origin-opener-policy', value: 'same-origin' },
];

/** For what is no page: nothing in it is to run, and no frame is to show it. Pages get theirs in proxy.ts. */
const NO_PAGE = [{ key: 'content-security-policy', value: "default-src 'none'; frame-ancestors 'none'" }];

/** Behind TLS, as the server that ends it says. */
const BEHIND_TLS = [{ type: 'header', key: 'x-forwarded-proto', value: 'https' }];

/** `npm run bundle`: the page with all that it takes to run, in a folder of its own beside the build that `npm start` runs. */
const BUNDLE = { output: 'standalone', distDir: '.next-bundle' };

/** @type {import('next').NextConfig} */
const nextConfig = {
  ...(process.env.PAGE_BUNDLE === '1' ? BUNDLE : {}),
  outputFileTracingIncludes: { '/rules': ['./docs/fidelity.md'] },
  poweredByHeader: false,
  reactStrictMode: true,
  // Hot reload needs no badge over the page.
  devIndicators: false,
  headers: async () => [
    { source: '/:path*', headers: HEADERS },
    {
      source: '/:path*',
      has: BEHIND_TLS,
      headers: [{ key: 'strict-transport-security', value: 'max-age=31536000' }],
    },
    { source: '/api/:path*', headers: NO_PAGE },
    { source: '/_next/static/:path*', headers: NO_PAGE },
  ],
};

export default nextConfig;
