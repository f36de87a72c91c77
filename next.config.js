/** @type {import('next').NextConfig} */
const nextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Hot reload needs no badge over the page.
  devIndicators: false,
};

export default nextConfig;
