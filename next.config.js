if (import.meta.url.includes('%23')) {
  // A build would succeed, without any style.
  throw new Error(
    'Expected no # in the path of the checkout: Tailwind CSS reads no file there. Move the checkout.',
  );
}

/** `npm run bundle`: the page with all that it takes to run, in a folder of its own beside the build that `npm start` runs. */
const BUNDLE = { output: 'standalone', distDir: '.next-bundle' };

/** @type {import('next').NextConfig} */
const nextConfig = {
  ...(process.env.PAGE_BUNDLE === '1' ? BUNDLE : {}),
  outputFileTracingIncludes: { '/rules': ['./docs/fidelity.md'] },
  poweredByHeader: false,
  // No image is made smaller here, and nobody is to have some made.
  images: { unoptimized: true },
  // No page takes a body, see proxy.ts: of what is sent all the same nothing is kept.
  experimental: { proxyClientMaxBodySize: 1024 },
  reactStrictMode: true,
  // Hot reload needs no badge over the page.
  devIndicators: false,
};

export default nextConfig;
