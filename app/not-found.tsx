/** A plain link: Next.js' own would be loaded with every page, for this one alone. */
export default function NotFound() {
  return (
    <main className="mx-auto grid min-h-dvh max-w-sm content-center gap-4 p-4">
      <h1 className="font-medium text-lg">There is nothing here</h1>
      <a href="/" className="text-focus underline">
        Go to the dashboard
      </a>
    </main>
  );
}
